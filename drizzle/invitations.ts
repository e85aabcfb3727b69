import type { EventSubject } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { sql } from 'drizzle-orm';
import { announce } from './announce.ts';
import type { Transaction } from './database.ts';
import { enterScope } from './database.ts';

/** What an invitation opens, and for which address. */
export interface InvitationTarget {
  readonly emailCanonical: string;
  readonly tenantSlug: string;
}

/** What the invitation of a token opens, by the port of tenants. Null when there is none that can be accepted at this moment. */
export async function findInvitationOffer(tx: Transaction, tokenHash: Buffer, at: Date): Promise<InvitationTarget | null> {
  const [row] = await tx
    .select({ emailCanonical: sql<string>`email_canonical`, tenantSlug: sql<string>`tenant_slug` })
    .from(sql`tenants.invitation_offer(${bytesOf(tokenHash)}, ${at.toISOString()}::timestamptz)`);
  return row ?? null;
}

/** Who accepts which invitation: by the hash of its token, or by its id. */
export interface Acceptance extends Omit<EventSubject, 'userId' | 'tenantId'> {
  readonly userId: UserId;
  readonly tokenHash: Buffer | null;
  readonly invitationId: string | null;
}

/** An invitation that was accepted, and what came of it. */
export interface Accepted {
  readonly invitationId: string;
  readonly membershipId: string;
  readonly tenantId: TenantId;
  readonly role: Role;
}

/**
 * Has the person the transaction speaks for accept an invitation, by the port of tenants, and tells of it. From here on the transaction is in the
 * scope of the tenant they joined. What cannot be accepted is answered by `invitations_acceptable`, what is over by `invitations_expired`, and
 * whoever belongs to the tenant already by `memberships_once`.
 */
export async function acceptInvitation(tx: Transaction, { userId, tokenHash, invitationId: id, occurredAt, requestId }: Acceptance): Promise<Accepted> {
  const membershipId = newRowId(occurredAt);
  const [row] = await tx
    .select({ invitationId: sql<string>`accepted_id`, tenantId: sql<TenantId>`tenant_id`, role: sql<Role>`role`, invitedBy: sql<UserId>`invited_by` })
    .from(sql`tenants.accept_invitation(${membershipId}, ${bytesOf(tokenHash)}, ${id}::uuid, ${occurredAt.toISOString()}::timestamptz)`);
  if (row === undefined) throw new Error('an invitation was accepted that is not there');
  const { invitationId, tenantId, role, invitedBy } = row;
  await enterScope(tx, { userId, tenantId });
  await announce(tx, eventOf('tenant.member_joined', { occurredAt, userId, tenantId, requestId }, { membershipId, role, invitationId }));
  await announce(tx, eventOf('tenant.invitation_accepted', { occurredAt, userId: invitedBy, tenantId, requestId }, { invitationId, acceptedById: userId }));
  return { invitationId, membershipId, tenantId, role };
}

function bytesOf(hash: Buffer | null) {
  return sql`decode(${hash?.toString('hex') ?? null}, 'hex')`;
}
