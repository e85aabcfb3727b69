import type { Transaction } from '@kith/drizzle/database.ts';
import { people, profiles } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { ProfileChange } from '../domain/profileChange.ts';

/**
 * Changes a profile, unless its person has changed since `version`. Answers whether it did. The person's row comes first: whoever
 * else changes it is waited for there, and nowhere else.
 */
export async function changeProfile(tx: Transaction, userId: UserId, version: number, change: ProfileChange, at: Date): Promise<boolean> {
  const changed = await tx
    .update(people)
    .set({ version: sql`${people.version} + 1`, updatedAt: at })
    .where(and(eq(people.id, userId), eq(people.version, version)))
    .returning({ id: people.id });
  if (changed.length === 0) return false;
  await tx.update(profiles).set({ ...change, updatedAt: at }).where(eq(profiles.userId, userId));
  return true;
}
