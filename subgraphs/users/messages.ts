import type { Config } from '@kith/kernel/config.ts';
import { servesMailbox } from '@kith/kernel/developerPages.ts';
import { answerMailbox, mailboxPath } from '@kith/kernel/mailbox.ts';
import { mailboxOf } from './services/showingMails.ts';
import type { UsersParts } from './usersParts.ts';

/** What a gateway in another process says to the users subgraph beside asking the graph, by path. */
export function usersMessages(parts: UsersParts, config: Config): Record<string, (message: unknown) => Promise<unknown>> {
  if (!servesMailbox(config)) return {};
  const mailbox = mailboxOf(parts.database);
  return { [mailboxPath]: (question) => answerMailbox(mailbox, question) };
}
