import type { Transaction } from '@kith/drizzle/database.ts';
import { signingKeys } from '@kith/drizzle/tables/sessions.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;

/** All signing keys, the oldest first. */
export async function findSigningKeys(tx: Transaction): Promise<SigningKeyRow[]> {
  return tx.select().from(signingKeys).orderBy(signingKeys.createdAt);
}

/** Adds a key unless its state is taken: of two processes that start at once, one makes the key and both use it. */
export async function addSigningKey(tx: Transaction, key: typeof signingKeys.$inferInsert): Promise<void> {
  await tx.insert(signingKeys).values(key).onConflictDoNothing();
}
