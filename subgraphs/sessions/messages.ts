import { sessionUsePath, sessionUses } from '@kith/kernel/sessionUse.ts';
import { noteUseOfSessions } from './services/notingUse.ts';
import type { SessionsParts } from './sessionsParts.ts';

/** What a gateway in another process tells the sessions subgraph, by path. */
export function sessionsMessages(parts: SessionsParts): Record<string, (message: unknown) => Promise<void>> {
  return { [sessionUsePath]: (message) => noteUseOfSessions(parts, sessionUses.parse(message)) };
}
