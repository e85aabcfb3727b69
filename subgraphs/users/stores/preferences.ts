import type { Transaction } from '@kith/drizzle/database.ts';
import { preferences } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { eq, sql } from 'drizzle-orm';
import type { Preferences } from '../domain/preferences.ts';

/** Changes a person's preferences, in their scope. */
export async function changePreferences(tx: Transaction, userId: UserId, change: Partial<Preferences>, at: Date): Promise<void> {
  await tx.update(preferences).set({ ...change, updatedAt: at }).where(eq(preferences.userId, userId));
}

/** Takes whoever the transaction speaks for out of what others see of who is there, by the port of this schema. */
export async function hidePresence(tx: Transaction): Promise<void> {
  await tx.execute(sql`select users.hide_presence()`);
}
