import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { phoneNumbers } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { eq, sql } from 'drizzle-orm';

/** Encrypted phone numbers by person: one's own, and for administrators of the active tenant those of its people. */
export const phoneNumbersByPerson = statement<{ userId: UserId; numberEncrypted: string }>('phone numbers by person', (db) =>
  db
    .select({ userId: phoneNumbers.userId, numberEncrypted: phoneNumbers.numberEncrypted })
    .from(phoneNumbers)
    .where(sql`${phoneNumbers.userId} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('phone_numbers_by_person'),
);

/** Keeps a person's number, in place of the one before, in their scope. */
export async function keepPhoneNumber(tx: Transaction, userId: UserId, numberEncrypted: string, at: Date): Promise<void> {
  const set = { numberEncrypted, updatedAt: at };
  await tx.insert(phoneNumbers).values({ userId, ...set }).onConflictDoUpdate({ target: phoneNumbers.userId, set });
}

/** Removes a person's number, in their scope. */
export async function removePhoneNumber(tx: Transaction, userId: UserId): Promise<void> {
  await tx.delete(phoneNumbers).where(eq(phoneNumbers.userId, userId));
}
