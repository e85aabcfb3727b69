import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import { requireMay } from '@kith/kernel/policy.ts';
import { searchPattern } from '@kith/kernel/searchPattern.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { membershipCursors } from '../domain/membershipCursor.ts';
import { aboutNothingYet, policy } from '../domain/policy.ts';
import type { RoleChange } from '../domain/roleChange.ts';
import { roleChangeCursors } from '../domain/roleChange.ts';
import type { DailyFigures } from '../domain/statistics.ts';
import { everyDay, readDays } from '../domain/statistics.ts';
import type { Membership, TenantStatus } from '../domain/tenant.ts';
import type { ListedTenant } from '../domain/tenantCursor.ts';
import { tenantCursors } from '../domain/tenantCursor.ts';
import type { TenantsLoaders } from '../loaders.ts';
import type { TenantsVariant } from '../stores/everyTenant.ts';
import { everyTenantCount, everyTenantPage } from '../stores/everyTenant.ts';

/** Lists the memberships of a person that the viewer may know of. Refuses BAD_REQUEST for a page that cannot be. */
export async function membershipsOfPerson(loaders: TenantsLoaders, userId: UserId, args: PageArguments): Promise<Page<Membership>> {
  const page = pageRequest(args, membershipCursors);
  const rows = await loaders.membershipsOfPerson.load(userId, page);
  return pageOf<Membership, unknown>(page, rows, membershipCursors, () => loaders.membershipCountOfPerson.load(userId));
}

/** Lists the members of a tenant that the viewer may know of. Refuses BAD_REQUEST for a page that cannot be. */
export async function membersOfTenant(loaders: TenantsLoaders, tenantId: TenantId, args: PageArguments): Promise<Page<Membership>> {
  const page = pageRequest(args, membershipCursors);
  const rows = await loaders.membershipsOfTenant.load(tenantId, page);
  return pageOf<Membership, unknown>(page, rows, membershipCursors, () => loaders.membershipCountOfTenant.load(tenantId));
}

/** Lists the tenants of the viewer. Refuses UNAUTHENTICATED, and BAD_REQUEST for a page that cannot be. */
export async function ownTenants(viewer: Viewer, loaders: TenantsLoaders, args: PageArguments): Promise<Page<Membership>> {
  return membershipsOfPerson(loaders, requireSignedIn(viewer).userId, args);
}

/** Lists how the role of a member changed. Refuses BAD_REQUEST for a page that cannot be. */
export async function roleChangesOf(loaders: TenantsLoaders, membershipId: string, args: PageArguments): Promise<Page<RoleChange>> {
  const page = pageRequest(args, roleChangeCursors);
  const rows = await loaders.roleChangesOfMembership.load(membershipId, page);
  return pageOf<RoleChange, unknown>(page, rows, roleChangeCursors, () => loaders.roleChangeCountOfMembership.load(membershipId));
}

/** Lists every tenant, the youngest first. Refuses UNAUTHENTICATED, FORBIDDEN, and BAD_REQUEST for a page or a search text that cannot be. */
export async function everyTenant(
  viewer: Viewer,
  reads: ReadScope,
  loaders: TenantsLoaders,
  args: PageArguments & { search?: string | null; status?: TenantStatus | null },
): Promise<Page<ListedTenant>> {
  requireMay(policy, viewer, 'listAll', aboutNothingYet);
  const page = pageRequest(args, tenantCursors);
  const pattern = searchPattern(args.search ?? null);
  const variant: TenantsVariant = `${args.status ?? 'KEPT'}${pattern === null ? '' : ' search'}`;
  const rows = await reads.run(everyTenantPage(page, variant), { pattern, ...cursorValues(page) });
  for (const { tenant } of rows) loaders.tenant.prime(tenant.id, tenant);
  return pageOf<ListedTenant, unknown>(page, rows, tenantCursors, async () => (await reads.run(everyTenantCount(variant), { pattern }))[0]?.count ?? 0);
}

/** Lists what happened in a tenant day by day, today first. Refuses BAD_REQUEST outside 1 to 366 days. */
export async function dailyStatistics(loaders: TenantsLoaders, clock: Clock, tenantId: TenantId, days: number | null): Promise<DailyFigures[]> {
  const wanted = readDays(days);
  return everyDay(clock.now(), wanted, await loaders.dailyFigures.load({ tenantId, days: wanted }));
}
