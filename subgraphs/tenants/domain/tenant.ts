import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';

/** Whether a tenant is open. */
export type TenantStatus = 'ACTIVE' | 'SUSPENDED' | 'DELETED';

/** A tenant, as the subgraph reads it. */
export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly slug: string;
  readonly status: TenantStatus;
  readonly createdAt: Date;
  readonly version: number;
  /** Read of the active tenant, and by administrators of the platform; null otherwise. */
  readonly statusReason: string | null;
  /** As it is kept; `readTenantSettings` reads it. */
  readonly branding: unknown;
  /** Whether the viewer is known to belong to it. Of the active tenant their role says so. */
  readonly isOwn: boolean;
}

/** A person's place in a tenant, with the tenant: the two are always read together. */
export interface Membership {
  readonly id: string;
  readonly userId: UserId;
  readonly role: Role;
  readonly joinedAt: Date;
  readonly tenant: Tenant;
}

/** For how many days a deleted tenant can be restored. */
export const restorableDays = 30;

/** The moment up to which a tenant must have been deleted to be gone for good now. */
export function goneSince(now: Date): Date {
  return new Date(now.getTime() - restorableDays * 86_400_000);
}

/** Until when a tenant that is deleted now can be restored. */
export function restorableUntil(now: Date): Date {
  return new Date(now.getTime() + restorableDays * 86_400_000);
}
