import type { Transaction } from '@kith/drizzle/database.ts';
import { twoFactorChallenges } from '@kith/drizzle/tables/secondFactors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';

export type ChallengeRow = typeof twoFactorChallenges.$inferSelect;

/** Adds a sign-in whose second factor is outstanding. */
export async function addChallenge(tx: Transaction, challenge: typeof twoFactorChallenges.$inferInsert): Promise<void> {
  await tx.insert(twoFactorChallenges).values(challenge);
}

/** A challenge by its hash, whatever became of it. */
export async function findChallenge(tx: Transaction, tokenHash: Buffer): Promise<ChallengeRow | null> {
  const [row] = await tx.select().from(twoFactorChallenges).where(eq(twoFactorChallenges.tokenHash, tokenHash));
  return row ?? null;
}

/** Spends one of a challenge's attempts. Null when it has none left, is used, over, or unknown: however many ask at once, no more are let through than it has. */
export async function spendAttempt(tx: Transaction, tokenHash: Buffer, now: Date): Promise<ChallengeRow | null> {
  const [row] = await tx
    .update(twoFactorChallenges)
    .set({ attemptsLeft: sql`${twoFactorChallenges.attemptsLeft} - 1` })
    .where(and(open(tokenHash, now), gt(twoFactorChallenges.attemptsLeft, 0)))
    .returning();
  return row ?? null;
}

/** Uses a challenge up. Answers true to the one caller who does. */
export async function useChallenge(tx: Transaction, tokenHash: Buffer, now: Date): Promise<boolean> {
  const used = await tx.update(twoFactorChallenges).set({ usedAt: now }).where(open(tokenHash, now)).returning({ tokenHash: twoFactorChallenges.tokenHash });
  return used.length === 1;
}

/** Voids all challenges of a person: what was proved for them no longer holds. */
export async function voidChallenges(tx: Transaction, userId: UserId): Promise<void> {
  await tx.delete(twoFactorChallenges).where(eq(twoFactorChallenges.userId, userId));
}

const open = (tokenHash: Buffer, now: Date) => and(eq(twoFactorChallenges.tokenHash, tokenHash), isNull(twoFactorChallenges.usedAt), gt(twoFactorChallenges.expiresAt, now));
