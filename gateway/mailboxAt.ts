import type { MailboxQuestion, MailboxSource } from '@kith/kernel/mailbox.ts';
import { mailboxAnswer, mailboxPath } from '@kith/kernel/mailbox.ts';
import { messagesTo } from './subgraphMessages.ts';

/** The mailbox of the users subgraph in another process. */
export function mailboxAt(usersUrl: string, contextSecret: string): MailboxSource {
  const send = messagesTo('users', usersUrl, mailboxPath, contextSecret);
  const ask = async (question: MailboxQuestion) => mailboxAnswer.parse(await (await send(question)).json());
  return {
    latest: async (limit) => (await ask({ latest: limit })).latest ?? [],
    find: async (id) => (await ask({ find: id })).found ?? null,
  };
}
