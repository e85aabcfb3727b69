import type { UserId } from '@kith/kernel/ids.ts';
import type { Page } from '@kith/kernel/page.ts';
import type { AuditEntry } from './domain/auditEntry.ts';
import type { Invitation } from './domain/invitation.ts';
import type { InvitationOffer } from './domain/invitationOffer.ts';
import type { RoleChange } from './domain/roleChange.ts';
import type { MemberStatistics } from './domain/statistics.ts';
import type { Membership, Tenant } from './domain/tenant.ts';
import type { ListedTenant } from './domain/tenantCursor.ts';

/** What the resolvers of each type are handed. Types that are not named here are handed what the SDL says. */

export type TenantParent = Tenant;
export type MembershipParent = Membership;
export type AuditEntryParent = AuditEntry;
export type InvitationParent = Invitation;
export type InvitationOfferParent = InvitationOffer;
export type RoleChangeParent = RoleChange;
export type TenantStatisticsParent = MemberStatistics;
/** A person's tenants are read off their memberships, which also hold the place in the list. */
export type TenantConnectionParent = Page<ListedTenant>;
export type TenantEdgeParent = Page<ListedTenant>['edges'][number];
export interface UserParent {
  readonly id: UserId;
}
