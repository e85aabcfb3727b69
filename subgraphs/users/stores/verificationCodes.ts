import type { Transaction } from '@kith/drizzle/database.ts';
import { people, verificationCodes } from '@kith/drizzle/tables/users.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { KeptCode } from '../domain/verificationCode.ts';
import { attemptsMax, requestPauseSeconds, requestsPerHourMax } from '../domain/verificationCode.ts';

/**
 * Counts a request for a code, unless there were too many: one a minute, five an hour. The code before it stops working. In one statement,
 * for known and unknown addresses alike. Answers whether it was counted.
 */
export async function countRequest(tx: Transaction, addressHash: Buffer, at: Date, expiresAt: Date): Promise<boolean> {
  const now = sql`${at.toISOString()}::timestamptz`;
  const since = (seconds: number) => sql`(select t from unnest(${verificationCodes.requestedAt}) t where t > ${now} - make_interval(secs => ${seconds}))`;
  const counted = await tx
    .insert(verificationCodes)
    .values({ addressHash, expiresAt, attemptsLeft: attemptsMax, requestedAt: sql`array[${now}]` })
    .onConflictDoUpdate({
      target: verificationCodes.addressHash,
      set: { codeHash: null, expiresAt, attemptsLeft: attemptsMax, requestedAt: sql`array${since(3_600)} || ${now}` },
      setWhere: sql`not exists ${since(requestPauseSeconds)} and cardinality(array${since(3_600)}) < ${requestsPerHourMax}`,
    })
    .returning({ addressHash: verificationCodes.addressHash });
  return counted.length > 0;
}

/** Keeps the code that was made for a person, with all its attempts. */
export async function keepCode(
  tx: Transaction,
  code: { addressHash: Buffer; userId: UserId; registeredIn: TenantId | null; codeHash: Buffer; expiresAt: Date },
): Promise<void> {
  const { addressHash, registeredIn, ...kept } = { ...code, attemptsLeft: attemptsMax };
  await tx
    .insert(verificationCodes)
    .values({ addressHash, registeredIn, ...kept })
    .onConflictDoUpdate({ target: verificationCodes.addressHash, set: { ...kept, registeredIn: sql`coalesce(excluded.registered_in, ${verificationCodes.registeredIn})` } });
}

/**
 * Spends one attempt at the code of an address, in one conditional statement: however many try at once, no more get through than there
 * are attempts. Answers what they may try themselves at, which is nothing that can be right at an unknown address; null when no attempt is left.
 */
export async function spendAttempt(tx: Transaction, addressHash: Buffer, now: Date): Promise<(KeptCode & { registeredIn: TenantId | null }) | null> {
  const [row] = await tx
    .insert(verificationCodes)
    .values({ addressHash, expiresAt: now, attemptsLeft: attemptsMax - 1 })
    .onConflictDoUpdate({
      target: verificationCodes.addressHash,
      set: { attemptsLeft: sql`${verificationCodes.attemptsLeft} - 1` },
      setWhere: sql`${verificationCodes.attemptsLeft} > 0`,
    })
    .returning({
      userId: verificationCodes.userId,
      registeredIn: verificationCodes.registeredIn,
      codeHash: verificationCodes.codeHash,
      expiresAt: verificationCodes.expiresAt,
    });
  return row ?? null;
}

/** Makes a person active whose address is proven, in their scope. Answers whether they were waiting for it. */
export async function activate(tx: Transaction, userId: UserId, at: Date): Promise<boolean> {
  const activated = await tx
    .update(people)
    .set({ status: 'ACTIVE', statusChangedAt: at, statusChangedBy: userId, emailVerifiedAt: at, version: sql`${people.version} + 1`, updatedAt: at })
    .where(and(eq(people.id, userId), eq(people.status, 'PENDING_VERIFICATION')))
    .returning({ id: people.id });
  return activated.length > 0;
}

/** Takes out a code that was used. What is counted of its address stays. */
export async function takeOutCode(tx: Transaction, addressHash: Buffer): Promise<void> {
  await tx.update(verificationCodes).set({ userId: null, registeredIn: null, codeHash: null }).where(eq(verificationCodes.addressHash, addressHash));
}

/** Forgets addresses whose last code expired before a moment. */
export async function forgetExpiredBefore(tx: Transaction, moment: Date): Promise<void> {
  await tx.delete(verificationCodes).where(lt(verificationCodes.expiresAt, moment));
}

/** Who waits to prove an address. */
export async function findWaitingAt(tx: Transaction, emailCanonical: string): Promise<UserId | null> {
  const [row] = await tx.select({ userId: sql<UserId | null>`user_id` }).from(sql`users.awaiting_verification(${emailCanonical}) as user_id`);
  return row?.userId ?? null;
}

/** The address a person waits to prove, in their scope. Null when they do not. */
export async function findWaitingAddress(tx: Transaction, userId: UserId): Promise<{ email: string; emailCanonical: string } | null> {
  const [row] = await tx
    .select({ email: people.email, emailCanonical: people.emailCanonical })
    .from(people)
    .where(and(eq(people.id, userId), eq(people.status, 'PENDING_VERIFICATION')));
  return row ?? null;
}
