import type { Transaction } from '@kith/drizzle/database.ts';
import { memberships, roleChanges } from '@kith/drizzle/tables/tenants.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { and, eq, sql } from 'drizzle-orm';

const ofTheTenant = (membershipId: string) => and(eq(memberships.tenantId, sql`(select kith.current_tenant_id())`), eq(memberships.id, membershipId));

/** Somebody's place in the tenant of the transaction, held until its end. */
export interface HeldMember {
  readonly membershipId: string;
  readonly role: Role;
}

/** Holds somebody's place in the tenant of the transaction, and the person. Null when they have none there. */
export async function holdMember(tx: Transaction, userId: UserId): Promise<HeldMember | null> {
  const [row] = await tx.select({ membershipId: sql<string>`membership_id`, role: sql<Role>`role` }).from(sql`tenants.hold_member(${userId})`);
  return row ?? null;
}

/** Gives a member another role. That a tenant would be left without an administrator is answered by `memberships_last_admin`. */
export async function setRole(tx: Transaction, membershipId: string, role: Role): Promise<void> {
  await tx.update(memberships).set({ role }).where(ofTheTenant(membershipId));
}

/** Takes somebody's place away. That a tenant would be left without an administrator is answered by `memberships_last_admin`. */
export async function removeMembership(tx: Transaction, membershipId: string): Promise<void> {
  await tx.delete(memberships).where(ofTheTenant(membershipId));
}

/** Writes down a change of role. */
export async function addRoleChange(tx: Transaction, change: typeof roleChanges.$inferInsert): Promise<void> {
  await tx.insert(roleChanges).values(change);
}

/** Has every token of a person given out up to now refused from the next request on, by the port of sessions. They stay signed in. */
export async function voidTokens(tx: Transaction, userId: UserId, at: Date): Promise<void> {
  await tx.execute(sql`select sessions.void_tokens(${userId}, ${at.toISOString()}::timestamptz)`);
}
