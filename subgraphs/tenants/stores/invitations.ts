import type { Transaction } from '@kith/drizzle/database.ts';
import { invitations } from '@kith/drizzle/tables/invitations.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import type { InvitationDraft } from '../domain/invitation.ts';

const ofTheTenant = eq(invitations.tenantId, sql`(select kith.current_tenant_id())`);
const open = (id: string) => and(ofTheTenant, eq(invitations.id, id), isNull(invitations.acceptedAt), isNull(invitations.revokedAt));

/** When something is sent, by whom, and until when it can be accepted. */
export interface Sending {
  readonly by: UserId;
  readonly at: Date;
  readonly expiresAt: Date;
}

/** Invites an address into the tenant of the transaction. An open invitation to it is renewed instead, and its token stops working. Answers the id. */
export async function putInvitation(tx: Transaction, { email, role, message }: InvitationDraft, { by, at, expiresAt }: Sending): Promise<string> {
  const now = sql`${at.toISOString()}::timestamptz`;
  // Not by Drizzle's insert: that names every column, and this role may write only some of them.
  const rows = await tx.execute<{ id: string }>(sql`
    insert into tenants.invitations as i (id, tenant_id, email, email_canonical, role, invited_by, message, created_at, sent_at, expires_at)
    values (${newRowId(at)}, kith.current_tenant_id(), ${email.address}, ${email.canonical}, ${role}, ${by}, ${message}, ${now}, ${now}, ${expiresAt.toISOString()}::timestamptz)
    on conflict (tenant_id, email_canonical) where accepted_at is null and revoked_at is null
    do update set email = excluded.email, role = excluded.role, token_hash = null, invited_by = excluded.invited_by, message = excluded.message,
      sent_at = excluded.sent_at, sent_count = i.sent_count + 1, expires_at = excluded.expires_at
    returning i.id`);
  const [row] = rows;
  if (row === undefined) throw new Error('an invitation that was just written is not there');
  return row.id;
}

/** Sends an open invitation once more: its token stops working. Answers whom it goes to; null when it is closed, or there is none. */
export async function renewInvitation(tx: Transaction, id: string, { at, expiresAt }: Pick<Sending, 'at' | 'expiresAt'>): Promise<{ emailCanonical: string } | null> {
  const [row] = await tx
    .update(invitations)
    .set({ tokenHash: null, sentAt: at, sentCount: sql`${invitations.sentCount} + 1`, expiresAt })
    .where(open(id))
    .returning({ emailCanonical: invitations.emailCanonical });
  return row ?? null;
}

/** Withdraws an open invitation. Answers false when it is closed, or there is none. */
export async function revokeInvitation(tx: Transaction, id: string, by: UserId, at: Date): Promise<boolean> {
  const revoked = await tx.update(invitations).set({ revokedAt: at, revokedBy: by, tokenHash: null }).where(open(id)).returning({ id: invitations.id });
  return revoked.length > 0;
}

/** An invitation that is to be mailed. */
export interface UnmailedInvitation {
  readonly email: string;
  readonly emailCanonical: string;
  readonly invitedBy: UserId;
  readonly message: string | null;
}

/** Gives an open invitation the token that is to be mailed. Answers what the mail needs; null when it was closed, or sent once more after `sentAt`. */
export async function giveToken(tx: Transaction, id: string, tokenHash: Buffer, sentAt: Date): Promise<UnmailedInvitation | null> {
  const { email, emailCanonical, invitedBy, message } = invitations;
  const [row] = await tx
    .update(invitations)
    .set({ tokenHash })
    .where(and(open(id), lte(invitations.sentAt, sentAt)))
    .returning({ email, emailCanonical, invitedBy, message });
  return row ?? null;
}

/** Whether somebody of the tenant of the transaction goes by an address. Of anybody else it says nothing. */
export async function isMembersAddress(tx: Transaction, emailCanonical: string): Promise<boolean> {
  const [row] = await tx.select({ found: sql<boolean>`found` }).from(sql`tenants.is_members_address(${emailCanonical}) as found`);
  return row?.found === true;
}
