import type { Transaction } from '@kith/drizzle/database.ts';
import { backupCodes, secondFactors } from '@kith/drizzle/tables/secondFactors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, gt, isNotNull, isNull, lt } from 'drizzle-orm';

export type SecondFactorRow = typeof secondFactors.$inferSelect;

/** A person's second factor, confirmed or only begun. */
export async function findSecondFactor(tx: Transaction, userId: UserId): Promise<SecondFactorRow | null> {
  const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.userId, userId));
  return row ?? null;
}

/** Begins to set a second factor up, in place of one begun before. Answers false, and changes nothing, when one is confirmed. */
export async function beginSecondFactor(tx: Transaction, factor: { userId: UserId; secretEncrypted: string; setupExpiresAt: Date }): Promise<boolean> {
  const written = await tx
    .insert(secondFactors)
    .values(factor)
    .onConflictDoUpdate({ target: secondFactors.userId, set: { ...factor, lastStep: 0 }, setWhere: isNull(secondFactors.confirmedAt) })
    .returning({ userId: secondFactors.userId });
  return written.length === 1;
}

/** Confirms the second factor that was begun with this secret. Answers false when it was confirmed, replaced or has lapsed meanwhile. */
export async function confirmSecondFactor(tx: Transaction, factor: SecondFactorRow, lastStep: number, confirmedAt: Date): Promise<boolean> {
  const confirmed = await tx
    .update(secondFactors)
    .set({ confirmedAt, lastStep })
    .where(
      and(
        eq(secondFactors.userId, factor.userId),
        eq(secondFactors.secretEncrypted, factor.secretEncrypted),
        isNull(secondFactors.confirmedAt),
        gt(secondFactors.setupExpiresAt, confirmedAt),
      ),
    )
    .returning({ userId: secondFactors.userId });
  return confirmed.length === 1;
}

/** Uses a time step up. Answers true to the one caller who does; false when it, or a later one, was used already. */
export async function useStep(tx: Transaction, userId: UserId, step: number): Promise<boolean> {
  const used = await tx
    .update(secondFactors)
    .set({ lastStep: step })
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt), lt(secondFactors.lastStep, step)))
    .returning({ userId: secondFactors.userId });
  return used.length === 1;
}

/** Removes a person's second factor with its backup codes. Answers false when there was none. */
export async function removeSecondFactor(tx: Transaction, userId: UserId): Promise<boolean> {
  const removed = await tx.delete(secondFactors).where(eq(secondFactors.userId, userId)).returning({ userId: secondFactors.userId });
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId));
  return removed.length === 1;
}

/** Gives a person new backup codes, by their hashes, in place of all they had. */
export async function replaceBackupCodes(tx: Transaction, userId: UserId, hashes: readonly Buffer[]): Promise<void> {
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId));
  await tx.insert(backupCodes).values(hashes.map((codeHash) => ({ userId, codeHash })));
}

/** Whether a person has this backup code, unused. */
export async function hasBackupCode(tx: Transaction, userId: UserId, codeHash: Buffer): Promise<boolean> {
  const rows = await tx.select({ userId: backupCodes.userId }).from(backupCodes).where(unused(userId, codeHash));
  return rows.length === 1;
}

/** Uses a backup code up. Answers true to the one caller who does. */
export async function useBackupCode(tx: Transaction, userId: UserId, codeHash: Buffer, usedAt: Date): Promise<boolean> {
  const used = await tx.update(backupCodes).set({ usedAt }).where(unused(userId, codeHash)).returning({ userId: backupCodes.userId });
  return used.length === 1;
}

const unused = (userId: UserId, codeHash: Buffer) => and(eq(backupCodes.userId, userId), eq(backupCodes.codeHash, codeHash), isNull(backupCodes.usedAt));
