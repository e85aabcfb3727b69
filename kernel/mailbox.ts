import { z } from 'zod';

/** What a reader of a mail is after: the code to type in, or the address to open. */
const keyPiece = z.object({ kind: z.enum(['code', 'link']), value: z.string() });

const entry = z.object({
  id: z.uuid(),
  recipient: z.string(),
  subject: z.string(),
  template: z.string(),
  queuedAt: z.iso.datetime(),
  keyPiece: keyPiece.nullable(),
});

const content = entry.extend({ text: z.string(), html: z.string() });

/** What a mailbox answers, as it crosses from one process to another. */
export const mailboxAnswer = z.object({ latest: z.array(entry).optional(), found: content.nullable().optional() });

/** What a mailbox is asked: for so many of the latest mails, or for one. */
const mailboxQuestion = z.union([z.object({ latest: z.int().min(1).max(200) }), z.object({ find: z.uuid() })]);

/** Where a users subgraph in another process is asked. */
export const mailboxPath = '/mailbox';

export type MailboxQuestion = z.infer<typeof mailboxQuestion>;
export type KeyPiece = z.infer<typeof keyPiece>;
/** A line of the mailbox. */
export type MailboxEntry = z.infer<typeof entry>;
/** A mail with its content. */
export type MailboxMail = z.infer<typeof content>;

/** The mails that would have left if there were a mail server: for developers, and for nobody else. */
export interface MailboxSource {
  /** The latest mails, the newest first. */
  latest(limit: number): Promise<MailboxEntry[]>;
  /** One mail, or null. */
  find(id: string): Promise<MailboxMail | null>;
}

/** Answers what a gateway in another process asks of a mailbox. Throws when it is no such question. */
export async function answerMailbox(mailbox: MailboxSource, question: unknown): Promise<z.infer<typeof mailboxAnswer>> {
  const asked = mailboxQuestion.parse(question);
  return 'latest' in asked ? { latest: await mailbox.latest(asked.latest) } : { found: await mailbox.find(asked.find) };
}
