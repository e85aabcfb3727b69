import type { Transaction } from '@kith/drizzle/database.ts';
import { memberships, settings, tenants } from '@kith/drizzle/tables/tenants.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { TenantStatus } from '../domain/tenant.ts';
import type { TenantNames } from '../domain/tenantDraft.ts';

/** Adds a tenant with rules of which none is chosen yet, in its own scope. A slug that is taken answers by `tenants_slug_taken`. */
export async function addTenant(tx: Transaction, id: TenantId, { name, slug }: TenantNames, at: Date): Promise<void> {
  // Not by Drizzle's insert: that names every column, and this role may write only some of them.
  await tx.execute(sql`insert into ${tenants} (id, name, slug, created_at, updated_at)
    values (${id}, ${name}, ${slug}, ${at.toISOString()}::timestamptz, ${at.toISOString()}::timestamptz)`);
  await tx.insert(settings).values({ tenantId: id, settings: {}, updatedAt: at });
}

/** Has somebody belong to a tenant. Somebody who does not exist answers by `directory_entries_person_exists`. */
export async function addMembership(tx: Transaction, membership: { id: string; tenantId: TenantId; userId: UserId; role: Role; joinedAt: Date }): Promise<void> {
  await tx.insert(memberships).values(membership);
}

/** How a person stands, held still until the transaction ends, by the port of users. Null when there is none. */
export async function holdStanding(tx: Transaction, userId: UserId): Promise<string | null> {
  const [row] = await tx.select({ status: sql<string>`status` }).from(sql`users.hold_standing(${userId})`);
  return row?.status ?? null;
}

/** Changes what the tenant of the scope is called, unless it has changed since `version`. Answers whether it did. */
export async function renameTenant(tx: Transaction, id: TenantId, version: number, change: Partial<TenantNames>, at: Date): Promise<boolean> {
  const changed = await tx
    .update(tenants)
    .set({ ...change, version: sql`${tenants.version} + 1`, updatedAt: at })
    .where(and(eq(tenants.id, id), eq(tenants.version, version)))
    .returning({ id: tenants.id });
  return changed.length > 0;
}

/** What is done to a tenant as a whole. */
export interface StatusAct {
  readonly act: 'suspend' | 'reinstate' | 'delete' | 'restore';
  readonly reason: string | null;
  /** Deleted at this moment or before, it is gone for good. */
  readonly goneSince: Date;
  readonly at: Date;
}

/** Where a tenant stood, where it stands, and its slug. */
export interface StatusChanged {
  readonly was: TenantStatus;
  readonly became: TenantStatus;
  readonly slug: string;
}

/**
 * Changes whether a tenant is open, by the port of the keeper, which asks once more who may. Null when there is no such tenant. What cannot be done from
 * where it stands answers by `tenants_status_machine`, whoever may not by `tenants_status_by_entitled`.
 */
export async function changeStatus(tx: Transaction, id: TenantId, { act, reason, goneSince, at }: StatusAct): Promise<StatusChanged | null> {
  const [row] = await tx
    .select({ was: sql<TenantStatus>`was`, became: sql<TenantStatus>`became`, slug: sql<string>`slug` })
    .from(sql`tenants.change_status(${id}, ${act}, ${reason}, ${goneSince.toISOString()}::timestamptz, ${at.toISOString()}::timestamptz)`);
  return row ?? null;
}

/** Has every token for acting in a tenant count no more, by the port of sessions. */
export async function voidTenantTokens(tx: Transaction, id: TenantId, at: Date): Promise<void> {
  await tx.execute(sql`select sessions.void_tenant_tokens(${id}, ${at.toISOString()}::timestamptz)`);
}

/** A step in emptying a deleted tenant. */
export interface EmptyingStep {
  readonly tenantId: TenantId;
  readonly removed: number;
  readonly done: boolean;
}

/** Goes on emptying a tenant that was deleted at a moment or before, by so many rows, by the port of the keeper. Null when there is none left. */
export async function emptySome(tx: Transaction, deletedBefore: Date, at: Date, rowsMax: number): Promise<EmptyingStep | null> {
  const [row] = await tx
    .select({ tenantId: sql<TenantId>`tenant_id`, removed: sql<number>`removed`, done: sql<boolean>`done` })
    .from(sql`tenants.empty_deleted(${deletedBefore.toISOString()}::timestamptz, ${at.toISOString()}::timestamptz, ${rowsMax})`);
  return row ?? null;
}
