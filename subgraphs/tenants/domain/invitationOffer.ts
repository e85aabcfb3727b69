import type { Role } from '@kith/kernel/role.ts';

/** What an invitation offers, seen by whom it went to. */
export interface InvitationOffer {
  readonly id: string;
  readonly tenantName: string;
  readonly tenantSlug: string;
  /** As the tenant's rules hold it. */
  readonly branding: unknown;
  readonly email: string;
  readonly role: Role;
  readonly invitedByName: string | null;
  readonly expiresAt: Date;
}
