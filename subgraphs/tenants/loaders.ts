import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { inOrder } from '@kith/kernel/batch.ts';
import type { ConnectionLoader } from '@kith/kernel/connectionLoader.ts';
import { connectionLoader } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { AuditCursor } from './domain/auditEntry.ts';
import type { MembershipCursor } from './domain/membershipCursor.ts';
import type { Tenant } from './domain/tenant.ts';
import type { AuditRow } from './stores/auditLists.ts';
import { auditAboutPeople, auditByPeople, auditCountsAboutPeople, auditCountsByPeople } from './stores/auditLists.ts';
import type { MembershipRow } from './stores/memberships.ts';
import { membershipCountsOfPeople, membershipCountsOfTenants, membershipsOfPeople, membershipsOfTenants } from './stores/memberships.ts';
import { tenantsById, tenantsBySlug } from './stores/tenants.ts';

/** Every batched read of the tenants subgraph. What the viewer may not know of is null or absent. */
export interface TenantsLoaders {
  readonly tenant: DataLoader<TenantId, Tenant | null>;
  readonly tenantBySlug: DataLoader<string, Tenant | null>;
  readonly membershipsOfPerson: ConnectionLoader<UserId, MembershipRow<UserId>, MembershipCursor>;
  readonly membershipCountOfPerson: DataLoader<UserId, number>;
  readonly membershipsOfTenant: ConnectionLoader<TenantId, MembershipRow<TenantId>, MembershipCursor>;
  readonly membershipCountOfTenant: DataLoader<TenantId, number>;
  readonly auditAboutPerson: ConnectionLoader<UserId, AuditRow, AuditCursor>;
  readonly auditCountAboutPerson: DataLoader<UserId, number>;
  readonly auditByPerson: ConnectionLoader<UserId, AuditRow, AuditCursor>;
  readonly auditCountByPerson: DataLoader<UserId, number>;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer): TenantsLoaders {
  const { tenantId } = scopeOf(viewer);
  const counts = <Id>(ids: readonly Id[], rows: { parentId: Id; count: number }[]): number[] =>
    inOrder(ids, rows, (row) => row.parentId).map((row) => row?.count ?? 0);

  return {
    tenant: new DataLoader(async (keys) => inOrder(keys, await reads.run(tenantsById, { keys, tenantId }), (row) => row.id)),
    tenantBySlug: new DataLoader(async (keys) => inOrder(keys, await reads.run(tenantsBySlug, { keys, tenantId }), (row) => row.slug)),
    membershipsOfPerson: connectionLoader((ids, page) => reads.run(membershipsOfPeople(page), { ids, tenantId, ...cursorValues(page) })),
    membershipCountOfPerson: new DataLoader(async (ids) => counts(ids, await reads.run(membershipCountsOfPeople, { ids, tenantId }))),
    membershipsOfTenant: connectionLoader((ids, page) => reads.run(membershipsOfTenants(page), { ids, tenantId, ...cursorValues(page) })),
    membershipCountOfTenant: new DataLoader(async (ids) => counts(ids, await reads.run(membershipCountsOfTenants, { ids, tenantId }))),
    auditAboutPerson: connectionLoader((ids, page) => reads.run(auditAboutPeople(page), { ids, tenantId, ...cursorValues(page) })),
    auditCountAboutPerson: new DataLoader(async (ids) => counts(ids, await reads.run(auditCountsAboutPeople, { ids, tenantId }))),
    auditByPerson: connectionLoader((ids, page) => reads.run(auditByPeople(page), { ids, tenantId, ...cursorValues(page) })),
    auditCountByPerson: new DataLoader(async (ids) => counts(ids, await reads.run(auditCountsByPeople, { ids, tenantId }))),
  };
}
