import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { forgetDevicesOf } from '../stores/knownDevices.ts';
import type { OwnSessions } from '../stores/sessionLife.ts';
import { endOwnSessions } from '../stores/sessionLife.ts';

/** Why sessions ended, in one word. */
export type EndReason = 'SIGNED_OUT' | 'REVOKED' | 'REVOKED_BY_ADMINISTRATOR' | 'REFRESH_REUSED' | 'PASSWORD_CHANGED' | 'PASSWORD_RESET' | 'TWO_FACTOR_CHANGED';

/** Whose sessions end, and in which request. */
export interface EndingSubject {
  readonly userId: UserId;
  readonly tenantId: TenantId | null;
  readonly occurredAt: Date;
  readonly requestId: string;
}

/**
 * Ends sessions of the person in whose scope the transaction is, in every process, and announces it. Answers which sessions ended: those that
 * had ended already are not among them, and when none did nothing is announced.
 */
export async function endSessions(tx: Transaction, subject: EndingSubject, which: OwnSessions, reason: EndReason): Promise<SessionId[]> {
  const ids = await endOwnSessions(tx, which, { revokedAt: subject.occurredAt, revokedReason: reason });
  // Whoever merely signs out will be back; whoever is put out may have been somebody else.
  if (ids.length > 0 && reason !== 'SIGNED_OUT') await forgetDevicesOf(tx, ids);
  await announceEnded(tx, subject, ids, reason);
  return ids;
}

/** Announces that sessions ended. */
export async function announceEnded(tx: Transaction, subject: EndingSubject, ids: readonly SessionId[], reason: EndReason): Promise<void> {
  if (ids.length > 0) await announce(tx, eventOf('session.revoked', subject, { sessionIds: [...ids], reason }));
}
