import type { Transaction } from '@kith/drizzle/database.ts';
import { signingKeys } from '@kith/drizzle/tables/sessions.ts';
import { and, eq, lte } from 'drizzle-orm';
import type { SigningKeyState } from '../domain/signingKey.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;
export type NewSigningKey = typeof signingKeys.$inferInsert;

/** All signing keys, the oldest first. */
export async function findSigningKeys(tx: Transaction): Promise<SigningKeyRow[]> {
  return tx.select().from(signingKeys).orderBy(signingKeys.createdAt);
}

/** All signing keys, for this transaction alone to change: a second one waits, and then sees them changed. */
export async function holdSigningKeys(tx: Transaction): Promise<SigningKeyRow[]> {
  return tx.select().from(signingKeys).orderBy(signingKeys.kid).for('update');
}

/** Adds a key unless its state is taken: of two processes that start at once, one makes the key and both use it. */
export async function addSigningKey(tx: Transaction, key: NewSigningKey): Promise<void> {
  await tx.insert(signingKeys).values(key).onConflictDoNothing();
}

/** Moves a key on. */
export async function moveSigningKey(tx: Transaction, kid: string, state: SigningKeyState, retiredAt: Date | null): Promise<void> {
  await tx.update(signingKeys).set({ state, retiredAt }).where(eq(signingKeys.kid, kid));
}

/** Removes the keys that retired up to a moment. Answers how many. */
export async function removeRetiredKeys(tx: Transaction, retiredBefore: Date): Promise<number> {
  const removed = await tx
    .delete(signingKeys)
    .where(and(eq(signingKeys.state, 'RETIRED'), lte(signingKeys.retiredAt, retiredBefore)))
    .returning({ kid: signingKeys.kid });
  return removed.length;
}
