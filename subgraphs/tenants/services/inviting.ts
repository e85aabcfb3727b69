import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { inEvenTime } from '@kith/kernel/evenTime.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { isId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { addressLimit, addressSubject, draftInvitation, endOfInvitation, tenantLimit } from '../domain/invitation.ts';
import type { ActingHere } from '../domain/policy.ts';
import { requireMayHere } from '../domain/policy.ts';
import { countInvitationRequest } from '../stores/invitationRequests.ts';
import { isMembersAddress, putInvitation, renewInvitation, revokeInvitation } from '../stores/invitations.ts';
import type { Acting } from './acting.ts';
import { audit } from './auditing.ts';

/** The answer comes at whole multiples of this: whether an address has an account elsewhere cannot be told by a clock. */
const answerStepMs = 50;

/**
 * Invites an address into the active tenant, and answers the invitation's id. An open invitation to it is renewed. Whether anybody goes by the address
 * elsewhere changes nothing. Refuses FORBIDDEN, EMAIL_INVALID, ROLE_UNASSIGNABLE, FIELD_TOO_LONG, ALREADY_MEMBER and TOO_MANY_REQUESTS.
 */
export async function invite(acting: Acting, input: { email: string; role?: Role | null; message?: string | null }): Promise<string> {
  const actor = requireMayHere(acting.viewer, 'invite');
  const draft = draftInvitation(input);
  const at = acting.parts.clock.now();
  const expiresAt = endOfInvitation(at);
  const write = async (tx: Transaction): Promise<string> => {
    if (await isMembersAddress(tx, draft.email.canonical)) throw new Refusal('ALREADY_MEMBER', 'Somebody of the tenant goes by this address.', ['input', 'email']);
    await countRequests(tx, actor, draft.email.canonical, at);
    const id = await putInvitation(tx, draft, { by: actor.userId, at, expiresAt });
    await tellOfSending(tx, acting, actor, { id, at });
    await audit(tx, acting, { at, action: 'invitation.send', targetType: 'invitation', targetId: id, before: null, after: { role: draft.role, expiresAt: expiresAt.toISOString() } });
    return id;
  };
  return inEvenTime(answerStepMs, () => acting.parts.database.transaction(actor, write));
}

/** Mails an invitation of the active tenant once more, with a new token. Refuses FORBIDDEN, INVITATION_UNKNOWN and TOO_MANY_REQUESTS. */
export async function resendInvitation(acting: Acting, input: { id: string }): Promise<string> {
  const actor = requireMayHere(acting.viewer, 'invite');
  const id = knownForm(input.id);
  const at = acting.parts.clock.now();
  const expiresAt = endOfInvitation(at);
  await acting.parts.database.transaction(actor, async (tx) => {
    const renewed = await renewInvitation(tx, id, { at, expiresAt });
    if (renewed === null) throw invitationUnknown();
    await countRequests(tx, actor, renewed.emailCanonical, at);
    await tellOfSending(tx, acting, actor, { id, at });
    await audit(tx, acting, { at, action: 'invitation.resend', targetType: 'invitation', targetId: id, before: null, after: { expiresAt: expiresAt.toISOString() } });
  });
  return id;
}

/** Withdraws an invitation of the active tenant. Refuses FORBIDDEN and INVITATION_UNKNOWN. */
export async function withdrawInvitation(acting: Acting, input: { id: string }): Promise<string> {
  const actor = requireMayHere(acting.viewer, 'invite');
  const id = knownForm(input.id);
  const at = acting.parts.clock.now();
  await acting.parts.database.transaction(actor, async (tx) => {
    if (!(await revokeInvitation(tx, id, actor.userId, at))) throw invitationUnknown();
    const { userId, tenantId } = actor;
    await announce(tx, eventOf('tenant.invitation_revoked', { occurredAt: at, userId, tenantId, requestId: acting.requestId }, { invitationId: id }));
    await audit(tx, acting, { at, action: 'invitation.revoke', targetType: 'invitation', targetId: id, before: null, after: null });
  });
  return id;
}

/** Refuses TOO_MANY_REQUESTS: 50 within an hour in a tenant, 5 within a day to an address. */
async function countRequests(tx: Transaction, { tenantId }: ActingHere, emailCanonical: string, at: Date): Promise<void> {
  const counted =
    (await countInvitationRequest(tx, tenantId, 'tenant', tenantLimit, at)) && (await countInvitationRequest(tx, tenantId, addressSubject(emailCanonical), addressLimit, at));
  if (!counted) throw new Refusal('TOO_MANY_REQUESTS', 'Too many invitations were sent: at most 50 an hour, and 5 a day to one address.');
}

async function tellOfSending(tx: Transaction, { requestId }: Acting, { userId, tenantId }: ActingHere, { id, at }: { id: string; at: Date }): Promise<void> {
  await announce(tx, eventOf('tenant.member_invited', { occurredAt: at, userId, tenantId, requestId }, { invitationId: id }));
}

function knownForm(id: string): string {
  if (!isId(id)) throw invitationUnknown();
  return id;
}

function invitationUnknown(): Refusal {
  return new Refusal('INVITATION_UNKNOWN', 'There is no such invitation, or it is closed.', ['input', 'id']);
}
