import { createHash } from 'node:crypto';
import type { Email } from '@kith/kernel/email.ts';
import { parseEmail } from '@kith/kernel/email.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { characters, normalText } from '@kith/kernel/plainText.ts';
import type { Role } from '@kith/kernel/role.ts';
import { z } from 'zod';
import { isAssignable } from './policy.ts';

/** A place in a tenant that was offered by mail. */
export interface Invitation {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly email: string;
  readonly role: Role;
  readonly invitedById: UserId;
  readonly acceptedById: UserId | null;
  readonly createdAt: Date;
  readonly sentAt: Date;
  readonly sentCount: number;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Where an invitation stands. */
export type InvitationState = 'OPEN' | 'EXPIRED' | 'ACCEPTED' | 'REVOKED';

/** Says where an invitation stands at a moment: its time runs out by itself. */
export function stateOf({ acceptedAt, revokedAt, expiresAt }: Pick<Invitation, 'acceptedAt' | 'revokedAt' | 'expiresAt'>, now: Date): InvitationState {
  if (acceptedAt !== null) return 'ACCEPTED';
  if (revokedAt !== null) return 'REVOKED';
  return expiresAt > now ? 'OPEN' : 'EXPIRED';
}

/** How long an invitation can be accepted. */
export const invitationDays = 7;
const dayMs = 86_400_000;

/** When an invitation ends that is sent now. */
export function endOfInvitation(now: Date): Date {
  return new Date(now.getTime() + invitationDays * dayMs);
}

/** How often invitations may be asked for. */
export interface RequestLimit {
  readonly requestsMax: number;
  readonly withinMs: number;
}

/** In a tenant altogether. */
export const tenantLimit: RequestLimit = { requestsMax: 50, withinMs: 3_600_000 };
/** To one address. */
export const addressLimit: RequestLimit = { requestsMax: 5, withinMs: dayMs };

/** What the invitations to an address are counted under: not the address itself, which may be that of somebody who wants nothing of it. */
export function addressSubject(emailCanonical: string): string {
  return createHash('sha256').update(emailCanonical).digest('hex');
}

/** An invitation to be. */
export interface InvitationDraft {
  readonly email: Email;
  readonly role: Role;
  readonly message: string | null;
}

const messageLengthMax = 500;

/** Reads whom to invite. Refuses EMAIL_INVALID, ROLE_UNASSIGNABLE, and FIELD_TOO_LONG for the message. */
export function draftInvitation(input: { email: string; role?: Role | null; message?: string | null }): InvitationDraft {
  const email = parseEmail(input.email);
  if (email === null) throw new Refusal('EMAIL_INVALID', 'This is no e-mail address, or it has more than 255 characters.', ['input', 'email']);
  const role = input.role ?? 'USER';
  if (!isAssignable(role)) throw roleUnassignable();
  const message = normalText(input.message ?? '');
  if (characters(message) > messageLengthMax) throw new Refusal('FIELD_TOO_LONG', `The message takes at most ${messageLengthMax} characters.`, ['input', 'message']);
  return { email, role, message: message === '' ? null : message };
}

/** The refusal of a role that nobody is given through the graph. */
export function roleUnassignable(): Refusal {
  return new Refusal('ROLE_UNASSIGNABLE', 'This role cannot be given through the graph.', ['input', 'role']);
}

/** The link of the mail. The token stands behind the #: browsers send that to no server, so it stands in no log. */
export function invitationUrl(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/$/, '')}/invitation#token=${token}`;
}

/** Where a list of invitations goes on: when the last one was first sent, and its id. */
export type InvitationCursor = readonly [createdAt: string, id: string];

export const invitationCursors = cursorCodec('invitations', z.tuple([cursorMoment, cursorId]), (invitation: Pick<Invitation, 'id' | 'createdAt'>) => [
  invitation.createdAt.toISOString(),
  invitation.id,
]);
