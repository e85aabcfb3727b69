import type { Transaction } from '@kith/drizzle/database.ts';
import { refreshTokens } from '@kith/drizzle/tables/sessions.ts';
import { and, eq, gt, isNull } from 'drizzle-orm';

export type RefreshTokenRow = typeof refreshTokens.$inferSelect;

/** Adds the living token of a session. The session's former one has to be used by then: of each session one lives. */
export async function addRefreshToken(tx: Transaction, token: typeof refreshTokens.$inferInsert): Promise<void> {
  await tx.insert(refreshTokens).values(token);
}

/**
 * Uses a token up. Answers it to the one caller who does, and null to everybody else: of any number at once, in any number of
 * processes, PostgreSQL lets one through.
 */
export async function claimRefreshToken(tx: Transaction, tokenHash: Buffer, claim: { usedAt: Date; successorEncrypted: string }): Promise<RefreshTokenRow | null> {
  const [row] = await tx
    .update(refreshTokens)
    .set(claim)
    .where(and(eq(refreshTokens.tokenHash, tokenHash), isNull(refreshTokens.usedAt), gt(refreshTokens.expiresAt, claim.usedAt)))
    .returning();
  return row ?? null;
}

/** A token by its hash, used or not. */
export async function findRefreshToken(tx: Transaction, tokenHash: Buffer): Promise<RefreshTokenRow | null> {
  const [row] = await tx.select().from(refreshTokens).where(eq(refreshTokens.tokenHash, tokenHash));
  return row ?? null;
}
