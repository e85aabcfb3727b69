/** A mail that was written and can be queued: one subject, the same content twice. */
export interface Mail {
  /** The name of its template, for counting and for the mailbox. */
  readonly template: string;
  /** Holds nothing secret and nothing a person wrote: it is kept longer than the rest. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
