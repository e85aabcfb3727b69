import type { Statement } from '@kith/drizzle/connection.ts';
import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { grouped, inOrder } from '@kith/kernel/batch.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { ConnectionLoader } from '@kith/kernel/connectionLoader.ts';
import { connectionLoader } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { AuditCursor } from './domain/auditEntry.ts';
import type { Invitation, InvitationCursor } from './domain/invitation.ts';
import type { MembershipCursor } from './domain/membershipCursor.ts';
import type { RoleChangeCursor } from './domain/roleChange.ts';
import type { ShownSettings } from './domain/settings.ts';
import { shownSettings } from './domain/settings.ts';
import type { DailyFigures, MemberStatistics } from './domain/statistics.ts';
import { firstDay, memberStatistics } from './domain/statistics.ts';
import type { Membership, Tenant } from './domain/tenant.ts';
import type { AuditRow } from './stores/auditLists.ts';
import { auditAboutPeople, auditByPeople, auditCountsAboutPeople, auditCountsByPeople } from './stores/auditLists.ts';
import type { InvitationFilter, InvitationRow } from './stores/invitationLists.ts';
import {
  invitationCountsOfTenants,
  invitationCountsSentByPeople,
  invitationsOfMemberships,
  invitationsOfTenants,
  invitationsSentByPeople,
} from './stores/invitationLists.ts';
import type { ReceivedOffer } from './stores/invitationOffers.ts';
import { offerCountsToPeople, offersToPeople } from './stores/invitationOffers.ts';
import type { MembershipRow } from './stores/memberships.ts';
import {
  membershipCountsOfPeople,
  membershipCountsOfTenants,
  membershipsInActiveTenant,
  membershipsOfPeople,
  membershipsOfTenants,
} from './stores/memberships.ts';
import type { RoleChangeRow } from './stores/roleChanges.ts';
import { roleChangeCountsOfMemberships, roleChangesOfMemberships } from './stores/roleChanges.ts';
import { settingsOfTenants } from './stores/settings.ts';
import { dailyFiguresOfTenants, memberCountsOfTenants } from './stores/statistics.ts';
import { tenantsById, tenantsBySlug } from './stores/tenants.ts';

/** Every batched read of the tenants subgraph. What the viewer may not know of is null or absent. */
export interface TenantsLoaders {
  readonly tenant: DataLoader<TenantId, Tenant | null>;
  readonly tenantBySlug: DataLoader<string, Tenant | null>;
  readonly settings: DataLoader<TenantId, ShownSettings>;
  readonly memberStatistics: DataLoader<TenantId, MemberStatistics>;
  readonly dailyFigures: DataLoader<Days, DailyFigures[], string>;
  readonly membershipsOfPerson: ConnectionLoader<UserId, MembershipRow<UserId>, MembershipCursor>;
  readonly membershipCountOfPerson: DataLoader<UserId, number>;
  readonly membershipsOfTenant: ConnectionLoader<TenantId, MembershipRow<TenantId>, MembershipCursor>;
  readonly membershipCountOfTenant: DataLoader<TenantId, number>;
  readonly auditAboutPerson: ConnectionLoader<UserId, AuditRow, AuditCursor>;
  readonly auditCountAboutPerson: DataLoader<UserId, number>;
  readonly auditByPerson: ConnectionLoader<UserId, AuditRow, AuditCursor>;
  readonly auditCountByPerson: DataLoader<UserId, number>;
  /** Of the active tenant. */
  readonly membershipOfPerson: DataLoader<UserId, Membership | null>;
  readonly roleChangesOfMembership: ConnectionLoader<string, RoleChangeRow, RoleChangeCursor>;
  readonly roleChangeCountOfMembership: DataLoader<string, number>;
  readonly invitationOfMembership: DataLoader<string, Invitation | null>;
  readonly invitationsOfTenant: PerFilter<ConnectionLoader<TenantId, InvitationRow<TenantId>, InvitationCursor>>;
  readonly invitationCountOfTenant: PerFilter<DataLoader<TenantId, number>>;
  readonly invitationsSentByPerson: ConnectionLoader<UserId, InvitationRow<UserId>, InvitationCursor>;
  readonly invitationCountSentByPerson: DataLoader<UserId, number>;
  readonly invitationsReceivedByPerson: ConnectionLoader<UserId, ReceivedOffer, InvitationCursor>;
  readonly invitationCountReceivedByPerson: DataLoader<UserId, number>;
}

/** A loader for each way a list can be narrowed. */
type PerFilter<Loader> = Readonly<Record<InvitationFilter, Loader>>;

function perFilter<Loader>(make: (filter: InvitationFilter) => Loader): PerFilter<Loader> {
  return { ANY: make('ANY'), OPEN: make('OPEN'), EXPIRED: make('EXPIRED'), ACCEPTED: make('ACCEPTED'), REVOKED: make('REVOKED') };
}

/** So many days of a tenant, up to today. */
interface Days {
  readonly tenantId: TenantId;
  readonly days: number;
}

/** Makes the loaders of one request, which sees all of it as of one moment. */
export function makeLoaders(reads: ReadScope, viewer: Viewer, clock: Clock): TenantsLoaders {
  const { tenantId } = scopeOf(viewer);
  const moment = clock.now();
  const now = moment.toISOString();
  const reach = viewer.kind === 'person' && viewer.platformAdministrator ? 'all' : 'known';
  const counts = <Id>(ids: readonly Id[], rows: { parentId: Id; count: number }[]): number[] =>
    inOrder(ids, rows, (row) => row.parentId).map((row) => row?.count ?? 0);
  const counted = <Id>(statement: Statement<{ parentId: Id; count: number }>): DataLoader<Id, number> =>
    new DataLoader(async (ids) => counts(ids, await reads.run(statement, { ids, tenantId, now })));

  return {
    tenant: new DataLoader(async (keys) => inOrder(keys, await reads.run(tenantsById[reach], { keys, tenantId }), (row) => row.id)),
    tenantBySlug: new DataLoader(async (keys) => inOrder(keys, await reads.run(tenantsBySlug[reach], { keys, tenantId }), (row) => row.slug)),
    settings: new DataLoader(async (ids) => inOrder(ids, await reads.run(settingsOfTenants, { ids, tenantId }), (row) => row.tenantId).map(shownSettings)),
    memberStatistics: new DataLoader(async (ids) => {
      const rows = grouped(ids, await reads.run(memberCountsOfTenants, { ids, tenantId }), (row) => row.tenantId);
      return ids.map((id, index) => memberStatistics(id, rows[index] ?? []));
    }),
    dailyFigures: new DataLoader<Days, DailyFigures[], string>(
      async (asked) => {
        // Of as many days as the longest of them: whoever wants fewer takes the first ones.
        const since = firstDay(moment, Math.max(...asked.map(({ days }) => days)));
        const ids = asked.map((one) => one.tenantId);
        return grouped(ids, await reads.run(dailyFiguresOfTenants, { ids, tenantId, since }), (row) => row.tenantId);
      },
      { cacheKeyFn: ({ tenantId: id, days }) => `${id} ${days}` },
    ),
    membershipsOfPerson: connectionLoader((ids, page) => reads.run(membershipsOfPeople(page), { ids, tenantId, ...cursorValues(page) })),
    membershipCountOfPerson: new DataLoader(async (ids) => counts(ids, await reads.run(membershipCountsOfPeople, { ids, tenantId }))),
    membershipsOfTenant: connectionLoader((ids, page) => reads.run(membershipsOfTenants(page), { ids, tenantId, ...cursorValues(page) })),
    membershipCountOfTenant: new DataLoader(async (ids) => counts(ids, await reads.run(membershipCountsOfTenants, { ids, tenantId }))),
    auditAboutPerson: connectionLoader((ids, page) => reads.run(auditAboutPeople(page), { ids, tenantId, ...cursorValues(page) })),
    auditCountAboutPerson: new DataLoader(async (ids) => counts(ids, await reads.run(auditCountsAboutPeople, { ids, tenantId }))),
    auditByPerson: connectionLoader((ids, page) => reads.run(auditByPeople(page), { ids, tenantId, ...cursorValues(page) })),
    auditCountByPerson: new DataLoader(async (ids) => counts(ids, await reads.run(auditCountsByPeople, { ids, tenantId }))),
    membershipOfPerson: new DataLoader(async (ids) => inOrder(ids, await reads.run(membershipsInActiveTenant, { ids, tenantId }), (row) => row.userId)),
    roleChangesOfMembership: connectionLoader((ids, page) => reads.run(roleChangesOfMemberships(page), { ids, tenantId, ...cursorValues(page) })),
    roleChangeCountOfMembership: counted(roleChangeCountsOfMemberships),
    invitationOfMembership: new DataLoader(async (ids) => inOrder(ids, await reads.run(invitationsOfMemberships, { ids, tenantId }), (row) => row.membershipId)),
    invitationsOfTenant: perFilter((filter) => connectionLoader((ids, page) => reads.run(invitationsOfTenants(page, filter), { ids, tenantId, now, ...cursorValues(page) }))),
    invitationCountOfTenant: perFilter((filter) => counted(invitationCountsOfTenants[filter])),
    invitationsSentByPerson: connectionLoader((ids, page) => reads.run(invitationsSentByPeople(page), { ids, tenantId, ...cursorValues(page) })),
    invitationCountSentByPerson: counted(invitationCountsSentByPeople),
    invitationsReceivedByPerson: connectionLoader((ids, page) => reads.run(offersToPeople(page), { ids, now, ...cursorValues(page) })),
    invitationCountReceivedByPerson: counted(offerCountsToPeople),
  };
}
