import { eventually } from './eventually.ts';
import type { TestDatabase } from './testDatabase.ts';

/** A mail as the graph queued it. */
export interface TestMail {
  readonly id: string;
  readonly recipient: string;
  readonly template: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** All mails to an address but those that tell of news, which come whenever they are worked on, the latest first. */
export async function mailsTo(database: TestDatabase, recipient: string): Promise<TestMail[]> {
  return (await mailsAndNewsTo(database, recipient)).filter(({ template }) => template !== 'notification');
}

/** All mails to an address, the latest first. */
export async function mailsAndNewsTo({ owner }: TestDatabase, recipient: string): Promise<TestMail[]> {
  return owner<TestMail[]>`select id, recipient, template, subject, text_body as text, html_body as html from users.mails where recipient = ${recipient} order by queued_at desc, id desc`;
}

/** The latest mail to an address, as soon as there are so many. */
export async function latestMail(database: TestDatabase, recipient: string, count = 1): Promise<TestMail> {
  const [mail] = await eventually(() => mailsTo(database, recipient), (mails) => mails.length >= count);
  if (mail === undefined) throw new Error('a mail that was there is gone');
  return mail;
}

/** The code in the latest mail to an address, as soon as there are so many. */
export async function mailedCode(database: TestDatabase, recipient: string, count = 1): Promise<string> {
  const { text } = await latestMail(database, recipient, count);
  const code = /\b\d{6}\b/.exec(text)?.[0];
  if (code === undefined) throw new Error(`the mail to ${recipient} holds no code: ${text}`);
  return code;
}
