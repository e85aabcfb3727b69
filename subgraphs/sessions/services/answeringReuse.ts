import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import type { RefreshTokenRow } from '../stores/refreshTokens.ts';
import { endSessions } from './endingSessions.ts';
import type { Asking } from './openingSession.ts';
import { raiseAlerts } from './raisingAlerts.ts';

/**
 * Answers a refresh token that was used already: of its person and somebody else, one has a copy, and nobody can tell which. The session ends
 * and its person is told, once, however many copies come.
 */
export async function answerReuse(tx: Transaction, { client, requestId }: Asking, { sessionId, userId }: RefreshTokenRow, now: Date): Promise<null> {
  await enterScope(tx, { userId, tenantId: null });
  const subject = { userId, tenantId: null, occurredAt: now, requestId };
  const ended = await endSessions(tx, subject, { only: sessionId }, 'REFRESH_REUSED');
  if (ended.length > 0) await raiseAlerts(tx, { userId, requestId, ipAddress: client.address, now }, ['REFRESH_REUSED']);
  return null;
}
