import type { Transaction } from '@kith/drizzle/database.ts';
import { directoryEntries, people, statusChanges } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { eq, sql } from 'drizzle-orm';
import type { UserStatus } from '../domain/person.ts';
import type { StatusTarget } from '../domain/policy.ts';
import type { StatusChange } from '../domain/statusChange.ts';

/** Somebody whose account is decided about. */
export interface Account extends StatusTarget {
  readonly status: UserStatus;
  readonly statusReason: string | null;
  readonly suspendedUntil: Date | null;
}

/** A person of the active tenant, held until the end of the transaction. Null when nobody there has this id. */
export async function holdAccount(tx: Transaction, userId: UserId): Promise<Account | null> {
  const [row] = await tx
    .select({
      id: people.id,
      status: people.status,
      statusReason: people.statusReason,
      suspendedUntil: people.suspendedUntil,
      platformAdministrator: people.platformAdministrator,
      // Not joined: only the person is to be held, and Drizzle cannot name one table of two for that.
      role: sql<Role | null>`(select d.role from ${directoryEntries} d where d.user_id = ${people.id} and d.tenant_id = kith.current_tenant_id())`,
    })
    .from(people)
    .where(eq(people.id, userId))
    .for('update');
  return row === undefined || row.role === null ? null : { ...row, role: row.role };
}

/** Puts an account where a change leads. Where it cannot lead from where the account stands, `people_status_machine` answers. */
export async function changeStatus(tx: Transaction, userId: UserId, change: StatusChange, actorId: UserId, at: Date): Promise<void> {
  const { to: status, reason: statusReason, suspendedUntil } = change;
  await tx
    .update(people)
    .set({ status, statusReason, suspendedUntil, statusChangedAt: at, statusChangedBy: actorId, version: sql`${people.version} + 1`, updatedAt: at })
    .where(eq(people.id, userId));
}

/** A change of an account's status, for the record. */
export interface StatusRecord {
  readonly userId: UserId;
  readonly from: UserStatus;
  readonly to: UserStatus;
  readonly reason: string | null;
  /** Null when nobody did it: a suspension that ran out. */
  readonly actorId: UserId | null;
  readonly at: Date;
}

/** Writes down a change of an account's status. */
export async function addStatusRecord(tx: Transaction, { from, to, at, ...rest }: StatusRecord): Promise<void> {
  await tx.insert(statusChanges).values({ id: newRowId(at), fromStatus: from, toStatus: to, changedAt: at, ...rest });
}

/** Signs a person out everywhere, by the port of sessions. */
export async function revokeAllSessions(tx: Transaction, userId: UserId, reason: string, at: Date): Promise<void> {
  await tx.execute(sql`select sessions.revoke_all(${userId}, ${reason}, ${at.toISOString()}::timestamptz)`);
}

/** Lifts so many suspensions that have run out, and answers whose. */
export async function liftRunOut(tx: Transaction, at: Date, limit: number): Promise<UserId[]> {
  const rows = await tx.select({ userId: sql<UserId>`user_id` }).from(sql`users.lift_suspensions(${at.toISOString()}::timestamptz, ${limit}) as user_id`);
  return rows.map(({ userId }) => userId);
}
