import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { findAddressee, queueMail } from '@kith/drizzle/mails.ts';
import { hashOfInvitationToken, newInvitationToken } from '@kith/kernel/invitationToken.ts';
import { invitationMail } from '@kith/mail/invitationMail.ts';
import { addressLimit, addressSubject, invitationDays, invitationUrl } from '../domain/invitation.ts';
import { countRequestsTo } from '../stores/invitationRequests.ts';
import { giveToken } from '../stores/invitations.ts';
import { findTenantName } from '../stores/tenantNames.ts';
import type { TenantsParts } from '../tenantsParts.ts';

/**
 * Makes the token of an invitation, and queues the mail that brings it: the token itself stands in that mail and nowhere else. Nothing is mailed to
 * an address that enough was asked for today, over all tenants. No tenant is told so, for it would learn what others do.
 */
export function mailInvitation({ database, publicUrl, clock }: TenantsParts): Consumer {
  return consumer('tenants.mail_invitation', database, async (tx, { tenantId, occurredAt, payload }) => {
    const token = newInvitationToken();
    const tokenHash = hashOfInvitationToken(token);
    const tenantName = tenantId === null ? null : await findTenantName(tx, tenantId);
    if (tokenHash === null || tenantName === null) return;
    const invitation = await giveToken(tx, payload.invitationId, tokenHash, occurredAt);
    if (invitation === null) return;
    const requests = await countRequestsTo(tx, addressSubject(invitation.emailCanonical), addressLimit, occurredAt);
    if (requests > addressLimit.requestsMax) return;
    const inviter = await findAddressee(tx, invitation.invitedBy);
    const inviterName = inviter === null ? null : (inviter.displayName ?? inviter.username);
    const mail = await invitationMail({ tenantName, inviterName, message: invitation.message, url: invitationUrl(publicUrl, token), expiresInDays: invitationDays });
    await queueMail(tx, { userId: null, recipient: invitation.email, ...mail }, clock.now());
  });
}
