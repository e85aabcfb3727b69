import type { Role } from '@kith/kernel/role.ts';
import { z } from 'zod';

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

const branding = z.object({ logoUrl: z.string().nullable().catch(null), accentColor: z.string().nullable().catch(null) }).catch({ logoUrl: null, accentColor: null });

/** Reads how a tenant looks. What it does not say, or says in no form that can be read, is null. */
export function brandingOf(kept: unknown): z.infer<typeof branding> {
  return branding.parse(kept);
}
