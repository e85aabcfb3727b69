import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { hashOfSecret, mayRetry, parseRefreshToken } from '../domain/refreshToken.ts';
import type { SignOutScope } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { findRefreshToken } from '../stores/refreshTokens.ts';
import type { OwnSessions } from '../stores/sessionLife.ts';
import { endSessions } from './endingSessions.ts';
import type { Asking } from './openingSession.ts';

/** Who signs out, and with which session they ask. */
interface Leaving {
  readonly userId: UserId;
  readonly tenantId: TenantId | null;
  readonly sessionId: SessionId;
}

const nobody = { userId: null, tenantId: null };

/**
 * Ends the session somebody asks with, all their others, or all. Whoever asks without an access token, as a browser whose token has run out,
 * is known by the refresh token in their cookie. Does nothing when it is nobody.
 */
export async function signOut(parts: SessionsParts, asking: Asking, viewer: Viewer, scope: SignOutScope): Promise<{ revokedCount: number }> {
  const now = parts.clock.now();
  return parts.database.transaction(nobody, async (tx) => {
    const leaving = viewer.kind === 'person' ? viewer : await findByCookie(tx, asking.client.refreshCookie, now);
    if (leaving === null) return { revokedCount: 0 };
    const { userId, tenantId, sessionId } = leaving;
    await enterScope(tx, { userId, tenantId });
    const ended = await endSessions(tx, { userId, tenantId, occurredAt: now, requestId: asking.requestId }, sessionsOf(scope, sessionId), 'SIGNED_OUT');
    return { revokedCount: ended.length };
  });
}

function sessionsOf(scope: SignOutScope, sessionId: SessionId): OwnSessions {
  switch (scope) {
    case 'THIS':
      return { only: sessionId };
    case 'OTHERS':
      return { allBut: sessionId };
    case 'ALL':
      return { allBut: null };
  }
}

/** Whoever could refresh with their cookie can sign out with it. One that was used up long ago, which may be a copy, ends nothing. */
async function findByCookie(tx: Transaction, cookie: string | null, now: Date): Promise<Leaving | null> {
  const token = parseRefreshToken(cookie);
  const row = token === null ? null : await findRefreshToken(tx, hashOfSecret(token));
  if (row === null || row.expiresAt <= now || (row.usedAt !== null && !mayRetry(row.usedAt, now))) return null;
  return { userId: row.userId, tenantId: null, sessionId: row.sessionId };
}
