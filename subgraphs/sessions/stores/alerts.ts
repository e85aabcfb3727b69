import type { Transaction } from '@kith/drizzle/database.ts';
import { alerts, loginHistory } from '@kith/drizzle/tables/sessions.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, gt, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Alert, AlertKind } from '../domain/alert.ts';
import type { AttemptsSeen, SignInsSeen } from '../domain/alertRules.ts';
import { lookBackMs } from '../domain/alertRules.ts';

/** Adds alerts, in the scope of their person. */
export async function addAlerts(tx: Transaction, raised: readonly (typeof alerts.$inferInsert)[]): Promise<void> {
  await tx.insert(alerts).values([...raised]);
}

/** An alert by its id, in the scope of its person. */
export async function findAlert(tx: Transaction, id: string): Promise<Alert | null> {
  const { kind, severity, raisedAt, ipAddress } = alerts;
  const [row] = await tx.select({ id: alerts.id, kind, severity, raisedAt, ipAddress }).from(alerts).where(eq(alerts.id, id));
  return row ?? null;
}

/** What a person's history shows of the last minutes and the last hour. One statement, whoever it is about, so that strangers cost no less. */
export async function findAttemptsSeen(tx: Transaction, userId: UserId, now: Date): Promise<AttemptsSeen> {
  const { occurredAt, failure, ipAddress } = loginHistory;
  const failuresFrom = before(now, lookBackMs.failures);
  const addressesFrom = before(now, lookBackMs.addresses);
  const [row] = await tx
    .select({
      failures: sql<number>`(count(*) filter (where ${failure} is not null and ${gt(occurredAt, failuresFrom)}))::int`,
      addresses: sql<number>`count(distinct ${ipAddress})::int`,
      failuresToldOf: toldOf(userId, 'MULTIPLE_FAILED_LOGINS', failuresFrom),
      addressesToldOf: toldOf(userId, 'DISTRIBUTED_LOGIN_ATTEMPTS', addressesFrom),
    })
    .from(loginHistory)
    .where(and(eq(loginHistory.userId, userId), gt(occurredAt, addressesFrom), lte(occurredAt, now)));
  if (row === undefined) throw new Error('an aggregate answered no row');
  return row;
}

/** What is known of a person's sign-ins before the one with the id `attemptId`. */
export async function findSignInsSeen(tx: Transaction, userId: UserId, attemptId: string, ipAddress: string | null, now: Date): Promise<SignInsSeen> {
  const { id, occurredAt, failure } = loginHistory;
  const earlier = and(eq(loginHistory.userId, userId), isNull(failure), ne(id, attemptId), lte(occurredAt, now));
  const [row] = await tx
    .select({
      everBefore: sql<boolean>`exists (select from ${loginHistory} where ${earlier})`,
      fromThisAddress: sql<boolean>`coalesce(bool_or(${loginHistory.ipAddress} = ${ipAddress}::inet), false)`,
      hours: sql<number[]>`coalesce(array_agg(extract(hour from ${occurredAt} at time zone 'utc')::int), '{}')`,
    })
    .from(loginHistory)
    .where(and(earlier, gt(occurredAt, before(now, lookBackMs.signIns))));
  if (row === undefined) throw new Error('an aggregate answered no row');
  return row;
}

const before = (now: Date, milliseconds: number) => new Date(now.getTime() - milliseconds);

const toldOf = (userId: UserId, kind: AlertKind, from: Date) =>
  sql<boolean>`exists (select from ${alerts} where ${and(eq(alerts.userId, userId), eq(alerts.kind, kind), gt(alerts.raisedAt, from))})`;
