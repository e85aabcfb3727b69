import type { SessionUse } from '@kith/kernel/sessionUse.ts';
import { sessionUsePath } from '@kith/kernel/sessionUse.ts';
import { messagesTo } from './subgraphMessages.ts';

/** Sends the sessions subgraph which sessions were used. */
export function sendSessionUse(sessionsUrl: string, contextSecret: string): (uses: readonly SessionUse[]) => Promise<void> {
  const send = messagesTo('sessions', sessionsUrl, sessionUsePath, contextSecret);
  return async (uses) => {
    await send(uses);
  };
}
