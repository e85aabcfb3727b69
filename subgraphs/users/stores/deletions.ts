import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { deletions } from '@kith/drizzle/tables/leaving.ts';
import { people, profiles } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { AccountDeletion } from '../domain/accountDeletion.ts';
import type { UserStatus } from '../domain/person.ts';

/** An account the transaction's person may decide about, held until it ends. Null for any other. */
export async function holdOwnAccount(tx: Transaction, userId: UserId): Promise<{ status: UserStatus; usernameCanonical: string } | null> {
  const [row] = await tx.select({ status: sql<UserStatus>`status`, usernameCanonical: sql<string>`username_canonical` }).from(sql`users.hold_account(${userId})`);
  return row ?? null;
}

/** The names of the tenants somebody is the only administrator of, by the port of tenants. */
export async function leftWithoutAdministrator(tx: Transaction, userId: UserId): Promise<string[]> {
  const rows = await tx.select({ name: sql<string>`name` }).from(sql`tenants.left_without_administrator(${userId}) as name`);
  return rows.map(({ name }) => name);
}

/** Deletes an account. Where it cannot be deleted from where it stands, `people_status_machine` answers. */
export async function markDeleted(tx: Transaction, userId: UserId, reason: string | null, at: Date): Promise<void> {
  await tx.execute(sql`select users.delete_account(${userId}, ${reason}, ${at.toISOString()}::timestamptz)`);
}

/** Puts an account back by the hash of a token, or by its id for an administrator of the platform. Null when there is none to put back. */
export async function putBack(tx: Transaction, by: { userId: UserId | null; tokenHash: Buffer | null }, at: Date): Promise<{ userId: UserId; status: UserStatus } | null> {
  const [row] = await tx
    .select({ userId: sql<UserId>`restored_id`, status: sql<UserStatus>`status` })
    .from(sql`users.restore_account(${by.userId}::uuid, ${by.tokenHash}::bytea, ${at.toISOString()}::timestamptz)`);
  return row ?? null;
}

/** Notes the token that undoes the deletion of a moment, unless there is one. Answers whether it did. */
export async function keepRestoreToken(tx: Transaction, userId: UserId, deletedAt: Date, restoreTokenHash: Buffer): Promise<boolean> {
  const kept = await tx
    .update(deletions)
    .set({ restoreTokenHash })
    .where(and(eq(deletions.userId, userId), eq(deletions.deletedAt, deletedAt), isNull(deletions.restoreTokenHash)))
    .returning({ userId: deletions.userId });
  return kept.length > 0;
}

/** Where the transaction's person gets mail, also when their account is deleted. */
export async function findOwnAddress(tx: Transaction, userId: UserId): Promise<{ email: string; name: string } | null> {
  const [row] = await tx
    .select({ email: people.email, name: sql<string>`coalesce(${profiles.displayName}, ${people.username})` })
    .from(people)
    .innerJoin(profiles, eq(profiles.userId, people.id))
    .where(eq(people.id, userId));
  return row ?? null;
}

/** The deletions of several people that can still be undone, of those the viewer may decide about. */
export const deletionsOfPeople = statement<AccountDeletion>('deletions of people', (db) =>
  db
    .select({
      userId: sql<UserId>`user_id`,
      deletedAt: sql`deleted_at`.mapWith(deletions.deletedAt),
      deletedById: sql<UserId | null>`deleted_by`,
    })
    .from(sql`users.deletions_of(${sql.placeholder('ids')}::uuid[])`)
    .prepare('deletions_of_people'),
);
