import type { Statement } from '@kith/drizzle/connection.ts';
import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { people, usernameHistory } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { Username } from '../domain/username.ts';

/** Whether a name is free for somebody (null: for anybody) at a moment, whoever may see whom. */
export const usernameIsFree: Statement<{ free: boolean }> = statement('username is free', (db) =>
  db
    .select({ free: sql<boolean>`free` })
    .from(sql`users.username_is_free(${sql.placeholder('usernameCanonical')}, ${sql.placeholder('forUser')}::uuid, ${sql.placeholder('at')}::timestamptz) as free`)
    .prepare('username_is_free'),
);

/** The same in a transaction, for somebody new. */
export async function isFreeForAnybody(tx: Transaction, username: Username, at: Date): Promise<boolean> {
  const [row] = await tx.select({ free: sql<boolean>`free` }).from(sql`users.username_is_free(${username.canonical}, null, ${at.toISOString()}::timestamptz) as free`);
  return row?.free === true;
}

/** The name a person goes by, in canonical form. */
export async function findUsername(tx: Transaction, userId: UserId): Promise<string | null> {
  const [row] = await tx.select({ usernameCanonical: people.usernameCanonical }).from(people).where(eq(people.id, userId));
  return row?.usernameCanonical ?? null;
}

/** Gives a person another name, unless they have changed since `version`. Answers whether it did. */
export async function changeUsername(tx: Transaction, userId: UserId, version: number, username: Username, at: Date): Promise<boolean> {
  const changed = await tx
    .update(people)
    .set({ username: username.shown, usernameCanonical: username.canonical, version: sql`${people.version} + 1`, updatedAt: at })
    .where(and(eq(people.id, userId), eq(people.version, version)))
    .returning({ id: people.id });
  return changed.length > 0;
}

/** Writes down a name that was given up, and until when it is reserved. */
export async function addGivenUpName(tx: Transaction, name: typeof usernameHistory.$inferInsert): Promise<void> {
  await tx.insert(usernameHistory).values(name);
}
