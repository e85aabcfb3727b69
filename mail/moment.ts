const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** A moment as a mail tells it, such as `20 November 2026 at 09:30 UTC`: nothing is known of the reader's clock. */
export function momentInWords(when: Date): string {
  return `${words.format(when)} UTC`;
}
