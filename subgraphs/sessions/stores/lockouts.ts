import type { Transaction } from '@kith/drizzle/database.ts';
import { lockouts } from '@kith/drizzle/tables/sessions.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { LockoutSubject } from '../domain/lockout.ts';
import { lockoutRule } from '../domain/lockout.ts';

/** Those of the subjects that are locked at this moment. */
export async function findLocked(tx: Transaction, subjects: readonly LockoutSubject[], now: Date): Promise<LockoutSubject[]> {
  const rows = await tx.select({ hash: lockouts.subject }).from(lockouts).where(and(inArray(lockouts.subject, hashesOf(subjects)), gt(lockouts.lockedUntil, now)));
  return subjects.filter(({ hash }) => rows.some((row) => row.hash.equals(hash)));
}

/**
 * Counts a failure for each of the subjects in one statement, whatever number of processes does so at once. Answers those it was counted
 * for, with whether this failure locked them. Where a subject is locked already nothing is counted, and it is not among them.
 */
export async function countFailure(tx: Transaction, subjects: readonly LockoutSubject[], now: Date): Promise<{ subject: LockoutSubject; locked: boolean }[]> {
  // In one order everywhere: two that count for the same pair at once must not wait for each other.
  const ordered = subjects.toSorted((one, other) => one.hash.compare(other.hash));
  const moment = (milliseconds: number) => sql`${new Date(now.getTime() + milliseconds).toISOString()}::timestamptz`;
  const goesOn = sql`(${lockouts.lockedUntil} is null and ${lockouts.lastFailedAt} >= ${moment(-lockoutRule.failuresApartMsMax)})`;
  const failures = sql`(case when ${goesOn} then ${lockouts.failures} else 0 end + 1)`;
  const counted = await tx
    .insert(lockouts)
    .values(ordered.map(({ hash, userId }) => ({ subject: hash, userId, failures: 1, lastFailedAt: now })))
    .onConflictDoUpdate({
      target: lockouts.subject,
      set: {
        userId: sql`excluded.user_id`,
        failures,
        lastFailedAt: now,
        lockedUntil: sql`case when ${failures} >= ${lockoutRule.failuresMax} then ${moment(lockoutRule.lockMs)} end`,
      },
      setWhere: sql`${lockouts.lockedUntil} is null or ${lte(lockouts.lockedUntil, now)}`,
    })
    .returning({ hash: lockouts.subject, lockedUntil: lockouts.lockedUntil });
  return ordered.flatMap((subject) => {
    const row = counted.find(({ hash }) => hash.equals(subject.hash));
    return row === undefined ? [] : [{ subject, locked: row.lockedUntil !== null }];
  });
}

/** Forgets the failures of subjects after a success. What is locked stays so. */
export async function forgetFailures(tx: Transaction, subjects: readonly LockoutSubject[], now: Date): Promise<void> {
  await tx.delete(lockouts).where(and(inArray(lockouts.subject, hashesOf(subjects)), or(isNull(lockouts.lockedUntil), lte(lockouts.lockedUntil, now))));
}

/** Takes everything counted for a subject back: what was counted in advance, before a code was looked at that proved right. */
export async function forgive(tx: Transaction, subject: LockoutSubject): Promise<void> {
  await tx.delete(lockouts).where(eq(lockouts.subject, subject.hash));
}

/** Unlocks everything of a person: the account, its logins, its devices. */
export async function unlock(tx: Transaction, userId: UserId): Promise<void> {
  await tx.delete(lockouts).where(eq(lockouts.userId, userId));
}

function hashesOf(subjects: readonly LockoutSubject[]): Buffer[] {
  return subjects.map(({ hash }) => hash);
}
