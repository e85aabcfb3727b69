import type { Transaction } from '@kith/drizzle/database.ts';
import { credentials } from '@kith/drizzle/tables/sessions.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, sql } from 'drizzle-orm';

/** A person's password as it is kept. `version` goes up with every change, and stays when the same password is hashed anew. */
export interface StoredPassword {
  readonly hash: string;
  readonly version: number;
}

/** A person's password. Seen only in the person's own scope. */
export async function findPassword(tx: Transaction, userId: UserId): Promise<StoredPassword | null> {
  const [row] = await tx.select({ hash: credentials.passwordHash, version: credentials.version }).from(credentials).where(eq(credentials.userId, userId));
  return row ?? null;
}

/**
 * Whether a password is still the person's, and holds it still until the transaction ends: a change or reset at this very moment is waited
 * for, or waits, and then sees what this transaction does.
 */
export async function holdPassword(tx: Transaction, userId: UserId, version: number): Promise<boolean> {
  const rows = await tx.select({ userId: credentials.userId }).from(credentials).where(ofVersion(userId, version)).for('share');
  return rows.length === 1;
}

/** Keeps the same password hashed anew. Answers false when it was changed meanwhile. */
export async function rehashPassword(tx: Transaction, userId: UserId, version: number, passwordHash: string): Promise<boolean> {
  const written = await tx.update(credentials).set({ passwordHash }).where(ofVersion(userId, version)).returning({ userId: credentials.userId });
  return written.length === 1;
}

/** Changes a password: the one of that version, or whatever it is when none is named. Answers false when there is none, or it was changed meanwhile. */
export async function changePassword(tx: Transaction, userId: UserId, change: { version: number | null; passwordHash: string; changedAt: Date }): Promise<boolean> {
  const { version, passwordHash, changedAt } = change;
  const changed = await tx
    .update(credentials)
    .set({ passwordHash, passwordChangedAt: changedAt, version: sql`${credentials.version} + 1` })
    .where(version === null ? eq(credentials.userId, userId) : ofVersion(userId, version))
    .returning({ userId: credentials.userId });
  return changed.length === 1;
}

const ofVersion = (userId: UserId, version: number) => and(eq(credentials.userId, userId), eq(credentials.version, version));
