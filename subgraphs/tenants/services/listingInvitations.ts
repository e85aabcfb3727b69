import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Invitation, InvitationState } from '../domain/invitation.ts';
import { invitationCursors } from '../domain/invitation.ts';
import type { InvitationOffer } from '../domain/invitationOffer.ts';
import type { TenantsLoaders } from '../loaders.ts';
import type { ReceivedOffer } from '../stores/invitationOffers.ts';

/** Lists the invitations of the active tenant, all or those of a state. Refuses BAD_REQUEST for a page that cannot be. */
export async function invitationsOfTenant(loaders: TenantsLoaders, tenantId: TenantId, args: PageArguments & { state?: InvitationState | null }): Promise<Page<Invitation>> {
  const page = pageRequest(args, invitationCursors);
  const filter = args.state ?? 'ANY';
  const rows = await loaders.invitationsOfTenant[filter].load(tenantId, page);
  return pageOf<Invitation, unknown>(page, rows, invitationCursors, () => loaders.invitationCountOfTenant[filter].load(tenantId));
}

/** Lists whom a person invited into the active tenant. Refuses BAD_REQUEST for a page that cannot be. */
export async function invitationsSentBy(loaders: TenantsLoaders, userId: UserId, args: PageArguments): Promise<Page<Invitation>> {
  const page = pageRequest(args, invitationCursors);
  const rows = await loaders.invitationsSentByPerson.load(userId, page);
  return pageOf<Invitation, unknown>(page, rows, invitationCursors, () => loaders.invitationCountSentByPerson.load(userId));
}

/** Lists the invitations a person can accept. Refuses BAD_REQUEST for a page that cannot be. */
export async function invitationsReceivedBy(loaders: TenantsLoaders, userId: UserId, args: PageArguments): Promise<Page<InvitationOffer>> {
  const page = pageRequest(args, invitationCursors);
  const rows = await loaders.invitationsReceivedByPerson.load(userId, page);
  return pageOf<ReceivedOffer, unknown>(page, rows, invitationCursors, () => loaders.invitationCountReceivedByPerson.load(userId));
}
