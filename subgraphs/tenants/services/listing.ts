import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { membershipCursors } from '../domain/membershipCursor.ts';
import type { RoleChange } from '../domain/roleChange.ts';
import { roleChangeCursors } from '../domain/roleChange.ts';
import type { Membership } from '../domain/tenant.ts';
import type { TenantsLoaders } from '../loaders.ts';

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
