import { addressLimit } from '../domain/invitation.ts';
import { forgetRequestsBefore } from '../stores/invitationRequests.ts';
import type { TenantsParts } from '../tenantsParts.ts';

const atOnceMax = 1_000;

/** Forgets, of all tenants, the requests for invitations that no limit looks at any more. */
export async function forgetInvitationRequests({ database, clock }: TenantsParts): Promise<void> {
  // The longest of the limits.
  const before = new Date(clock.now().getTime() - addressLimit.withinMs);
  let forgotten: number;
  do forgotten = await database.transaction({ userId: null, tenantId: null }, (tx) => forgetRequestsBefore(tx, before, atOnceMax));
  while (forgotten === atOnceMax);
}
