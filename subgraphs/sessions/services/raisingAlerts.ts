import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { v7 } from 'uuid';
import type { AlertKind } from '../domain/alert.ts';
import { severities } from '../domain/alert.ts';
import { alertsOfAttempts, alertsOfSignIn } from '../domain/alertRules.ts';
import { addAlerts, findAttemptsSeen, findSignInsSeen } from '../stores/alerts.ts';

/** About whom something is to be said, and where and when it happened. */
export interface AlertSubject {
  readonly userId: UserId;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly now: Date;
}

/** Raises alerts in the transaction of the act they tell of, which has to speak for their person. */
export async function raiseAlerts(tx: Transaction, { userId, requestId, ipAddress, now }: AlertSubject, kinds: readonly AlertKind[]): Promise<void> {
  if (kinds.length === 0) return;
  const raised = kinds.map((kind) => ({ id: v7({ msecs: now.getTime() }), userId, kind, severity: severities[kind], raisedAt: now, ipAddress }));
  await addAlerts(tx, raised);
  for (const { id, severity } of raised) {
    await announce(tx, eventOf('session.alert_raised', { occurredAt: now, userId, tenantId: null, requestId }, { alertId: id, severity }));
  }
}

/** Raises what a failed attempt to sign in is reason for, once it stands in the history. `more` is what else it brought about. */
export async function raiseFailureAlerts(tx: Transaction, subject: AlertSubject, more: readonly AlertKind[]): Promise<void> {
  const seen = await findAttemptsSeen(tx, subject.userId, subject.now);
  await raiseAlerts(tx, subject, [...alertsOfAttempts(seen), ...more]);
}

/** Raises what a success, `attemptId` of the history, is reason for. */
export async function raiseSignInAlerts(tx: Transaction, subject: AlertSubject, attemptId: string): Promise<void> {
  const { userId, ipAddress, now } = subject;
  const attempts = await findAttemptsSeen(tx, userId, now);
  const signIns = await findSignInsSeen(tx, userId, attemptId, ipAddress, now);
  await raiseAlerts(tx, subject, [...alertsOfAttempts(attempts), ...alertsOfSignIn(signIns, ipAddress, now)]);
}
