import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { SessionId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { SignedIn, Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { mayEndSessionsOfTenant } from '../domain/policy.ts';
import type { Session } from '../domain/session.ts';
import type { UserErrorCode } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { endSessionInTenant, findOwnSession } from '../stores/sessionLife.ts';
import { announceEnded, endSessions } from './endingSessions.ts';
import type { Asking } from './openingSession.ts';

/**
 * Ends a session of one's own or, for an administrator, one that was opened in their tenant. Refuses SESSION_UNKNOWN for every other: whether it
 * is there is not said to whom it is no concern of. Refuses UNAUTHENTICATED when nobody is signed in.
 */
export async function revokeSession(parts: SessionsParts, asking: Asking, viewer: Viewer, id: string): Promise<{ session: Session }> {
  const person = requireSignedIn(viewer);
  const sessionId = parseId<SessionId>(id);
  if (sessionId === null) throw unknown();
  const subject = { userId: person.userId, tenantId: person.tenantId, occurredAt: parts.clock.now(), requestId: asking.requestId };
  return parts.database.transaction(scopeOf(viewer), async (tx) => {
    const session = (await revokeOwn(tx, subject, sessionId)) ?? (await revokeInTenant(tx, subject, person, sessionId));
    if (session === null) throw unknown();
    return { session };
  });
}

type Subject = Parameters<typeof endSessions>[1];

async function revokeOwn(tx: Transaction, subject: Subject, sessionId: SessionId): Promise<Session | null> {
  const session = await findOwnSession(tx, sessionId);
  const ended = await endSessions(tx, subject, { only: sessionId }, 'REVOKED');
  return ended.length === 0 ? null : session;
}

async function revokeInTenant(tx: Transaction, subject: Subject, administrator: SignedIn, sessionId: SessionId): Promise<Session | null> {
  if (!mayEndSessionsOfTenant(administrator)) return null;
  const reason = 'REVOKED_BY_ADMINISTRATOR';
  const session = await endSessionInTenant(tx, sessionId, { revokedAt: subject.occurredAt, revokedReason: reason });
  if (session !== null) await announceEnded(tx, { ...subject, userId: session.userId }, [sessionId], reason);
  return session;
}

function unknown(): Refusal<UserErrorCode> {
  return new Refusal('SESSION_UNKNOWN', 'There is no such session, or it is not yours to end.', ['input', 'id']);
}
