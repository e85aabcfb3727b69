import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { acceptInvitation, findInvitationOffer } from '@kith/drizzle/invitations.ts';
import type { Email } from '@kith/kernel/email.ts';
import type { EventSubject } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Registration } from '../domain/registration.ts';
import { invitationInvalid } from '../domain/registration.ts';
import type { SignUpRules } from '../domain/signUpRules.ts';
import { findSignUpRules } from '../stores/tenantPorts.ts';
import type { UsersParts } from '../usersParts.ts';
import { makeActive } from './verifying.ts';

/** Finds the tenant that an invitation to an address opens, whatever it says about signing up. Refuses INVITATION_INVALID. */
export async function invitedTo({ database, clock }: UsersParts, email: Email, tokenHash: Buffer): Promise<SignUpRules> {
  return database.transaction({ userId: null, tenantId: null }, async (tx) => {
    const offer = await findInvitationOffer(tx, tokenHash, clock.now());
    const rules = offer === null || offer.emailCanonical !== email.canonical ? null : await findSignUpRules(tx, offer.tenantSlug);
    if (rules === null) throw invitationInvalid();
    return rules;
  });
}

/**
 * Has a person who was just written accept the invitation they registered with. Who holds its token reads the mail of that address: it counts as
 * proven. An invitation that was accepted or withdrawn in the meantime is answered by `invitations_acceptable`.
 */
export async function joinInvited(
  tx: Transaction,
  { records }: UsersParts,
  { client }: Registration,
  { tokenHash, ...subject }: EventSubject & { readonly userId: UserId; readonly tokenHash: Buffer },
): Promise<void> {
  const { occurredAt: at, requestId } = subject;
  await makeActive(tx, subject);
  const { invitationId, role } = await acceptInvitation(tx, { ...subject, tokenHash, invitationId: null });
  await appendAudit(tx, records, { at, action: 'invitation.accept', targetType: 'invitation', targetId: invitationId, before: null, after: { role }, client, requestId });
}
