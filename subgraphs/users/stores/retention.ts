import type { Transaction } from '@kith/drizzle/database.ts';
import { sql } from 'drizzle-orm';

/** For how long one kind of record is kept. */
export interface RetentionPolicy {
  readonly kind: string;
  readonly keepDays: number;
}

/** For how long what is kept. */
export function retentionPolicies(tx: Transaction): Promise<RetentionPolicy[]> {
  return tx.select({ kind: sql<string>`kind`, keepDays: sql<number>`keep_days` }).from(sql`kith.retention()`);
}

/** How many rows of a kind are too old at a moment. */
export async function countTooOld(tx: Transaction, kind: string, at: Date): Promise<number> {
  const [row] = await tx.select({ count: sql<number>`count::int` }).from(sql`kith.count_too_old(${kind}, ${at.toISOString()}::timestamptz) as count`);
  return row?.count ?? 0;
}

/** Removes so many rows of a kind that are too old at a moment. Answers how many. */
export async function removeTooOld(tx: Transaction, kind: string, at: Date, rowsMax: number): Promise<number> {
  const [row] = await tx.select({ removed: sql<number>`removed` }).from(sql`kith.remove_too_old(${kind}, ${at.toISOString()}::timestamptz, ${rowsMax}) as removed`);
  return row?.removed ?? 0;
}
