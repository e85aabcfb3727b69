import { acceptInvitation as accept } from '@kith/drizzle/invitations.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal, RequestError } from '@kith/kernel/errors.ts';
import { isId } from '@kith/kernel/ids.ts';
import { hashOfInvitationToken } from '@kith/kernel/invitationToken.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import type { Acting } from './acting.ts';
import { audit } from './auditing.ts';

/** Which invitation: by the hash of its token, or by its id. */
interface Which {
  readonly tokenHash: Buffer | null;
  readonly invitationId: string | null;
}

/**
 * Has the viewer accept an invitation that went to their address, and answers the id of their place in the tenant. Refuses UNAUTHENTICATED, BAD_REQUEST
 * unless exactly one of token and id is given, INVITATION_INVALID whatever the reason, INVITATION_EXPIRED and ALREADY_MEMBER.
 */
export async function acceptInvitation(acting: Acting, input: { token?: string | null; id?: string | null }): Promise<string> {
  const { userId } = requireSignedIn(acting.viewer);
  const which = readWhich(input);
  const at = acting.parts.clock.now();
  try {
    return await acting.parts.database.transaction({ userId, tenantId: null }, async (tx) => {
      const { invitationId, membershipId, role } = await accept(tx, { ...which, userId, occurredAt: at, requestId: acting.requestId });
      await audit(tx, acting, { at, action: 'invitation.accept', targetType: 'invitation', targetId: invitationId, before: null, after: { membershipId, role } });
      return membershipId;
    });
  } catch (error) {
    throw refusals[violatedConstraint(error) ?? '']?.() ?? error;
  }
}

function readWhich({ token = null, id = null }: { token?: string | null; id?: string | null }): Which {
  if ((token === null) === (id === null)) throw new RequestError('BAD_REQUEST', 'Give `token` or `id`, exactly one of them.');
  const tokenHash = token === null ? null : hashOfInvitationToken(token);
  const invitationId = id !== null && isId(id) ? id : null;
  if (tokenHash === null && invitationId === null) throw invalid();
  return { tokenHash, invitationId };
}

const refusals: Readonly<Record<string, () => Refusal>> = {
  invitations_acceptable: invalid,
  invitations_expired: () => new Refusal('INVITATION_EXPIRED', 'The time of this invitation is over. Ask for another.', ['input']),
  memberships_once: () => new Refusal('ALREADY_MEMBER', 'You belong to this tenant already.', ['input']),
};

function invalid(): Refusal {
  return new Refusal('INVITATION_INVALID', 'This invitation does not exist, cannot be accepted any more, or went to another address.', ['input']);
}
