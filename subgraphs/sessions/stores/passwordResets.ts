import type { Transaction } from '@kith/drizzle/database.ts';
import { passwordResets, resetRequests } from '@kith/drizzle/tables/sessions.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';

/** Counts a request for a mail to an address. Answers false when there were `requestsMax` within the time before now already; exact whoever asks at once. */
export async function countResetRequest(tx: Transaction, addressHash: Buffer, rule: { requestsMax: number; withinMs: number }, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - rule.withinMs).toISOString();
  const recent = sql`array(select t from unnest(${resetRequests.requestedAt}) t where t > ${since}::timestamptz)`;
  const counted = await tx
    .insert(resetRequests)
    .values({ addressHash, requestedAt: [now], latestAt: now })
    .onConflictDoUpdate({
      target: resetRequests.addressHash,
      set: { requestedAt: sql`${recent} || ${now.toISOString()}::timestamptz`, latestAt: now },
      setWhere: sql`cardinality(${recent}) < ${rule.requestsMax}`,
    })
    .returning({ addressHash: resetRequests.addressHash });
  return counted.length === 1;
}

/** Adds the right to choose a new password, by the hash of what is mailed. */
export async function addReset(tx: Transaction, reset: typeof passwordResets.$inferInsert): Promise<void> {
  await tx.insert(passwordResets).values(reset);
}

/** Whose password may be chosen with a token that is neither used nor over. Null for any other. */
export async function findReset(tx: Transaction, tokenHash: Buffer, now: Date): Promise<UserId | null> {
  const [row] = await tx.select({ userId: passwordResets.userId }).from(passwordResets).where(open(tokenHash, now));
  return row?.userId ?? null;
}

/** Uses a token up. Answers true to the one caller who does. */
export async function useReset(tx: Transaction, tokenHash: Buffer, now: Date): Promise<boolean> {
  const used = await tx.update(passwordResets).set({ usedAt: now }).where(open(tokenHash, now)).returning({ userId: passwordResets.userId });
  return used.length === 1;
}

/** Voids all unused tokens of a person: once there is a new password, older mails choose none. */
export async function voidResets(tx: Transaction, userId: UserId): Promise<void> {
  await tx.delete(passwordResets).where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
}

const open = (tokenHash: Buffer, now: Date) => and(eq(passwordResets.tokenHash, tokenHash), isNull(passwordResets.usedAt), gt(passwordResets.expiresAt, now));
