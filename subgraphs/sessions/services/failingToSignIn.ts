import type { Transaction } from '@kith/drizzle/database.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { AlertKind } from '../domain/alert.ts';
import type { LockoutSubject } from '../domain/lockout.ts';
import { isToldOf } from '../domain/lockout.ts';
import type { LoginFailure } from '../domain/signInDecision.ts';
import { addLogin } from '../stores/signingIn.ts';
import type { Asking } from './openingSession.ts';
import { attempt } from './openingSession.ts';
import { raiseFailureAlerts } from './raisingAlerts.ts';

/** Stands for whoever a login does not name, so that strangers and people cost the same statements. A UUID no person is given. */
export const nobodysId = '00000000-0000-7000-8000-000000000000' as UserId;

/** What was just counted: the failure, and whether it locked something. */
export interface Counted {
  readonly subject: LockoutSubject;
  readonly locked: boolean;
}

/**
 * Writes a failed attempt to sign in down and raises what it is reason for, in a transaction that speaks for whoever it is about, or for
 * nobody. The same statements either way.
 */
export async function recordFailure(tx: Transaction, asking: Asking, who: { userId: UserId | null; failure: LoginFailure; counted: readonly Counted[] }, now: Date): Promise<void> {
  const { client, requestId } = asking;
  await addLogin(tx, { ...attempt(client, now), userId: who.userId, failure: who.failure });
  const subject = { userId: who.userId ?? nobodysId, requestId, ipAddress: client.address, now };
  await raiseFailureAlerts(tx, subject, lockAlerts(who.counted));
}

/** What locking is reason to raise: nothing for a login nobody goes by. */
export function lockAlerts(counted: readonly Counted[]): AlertKind[] {
  return counted.some(({ subject, locked }) => locked && isToldOf(subject)) ? ['ACCOUNT_LOCKED'] : [];
}
