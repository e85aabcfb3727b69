import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';

/** A tenant, as the subgraph reads it. */
export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly slug: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly createdAt: Date;
}

/** A person's place in a tenant, with the tenant: the two are always read together. */
export interface Membership {
  readonly id: string;
  readonly userId: UserId;
  readonly role: Role;
  readonly joinedAt: Date;
  readonly tenant: Tenant;
}
