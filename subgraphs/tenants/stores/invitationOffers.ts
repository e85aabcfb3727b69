import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { invitations } from '@kith/drizzle/tables/invitations.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { InvitationOffer } from '../domain/invitationOffer.ts';

const columns = {
  id: sql<string>`i.id`,
  tenantName: sql<string>`i.tenant_name`,
  tenantSlug: sql<string>`i.tenant_slug`,
  branding: sql<unknown>`i.branding`,
  email: sql<string>`i.email`,
  role: sql<InvitationOffer['role']>`i.role`,
  invitedByName: sql<string | null>`i.invited_by_name`,
  expiresAt: sql`i.expires_at`.mapWith(invitations.expiresAt),
};

/** What the invitation of a token offers, by the hash of the token in hexadecimal, if it can be accepted at a moment. */
export const offerOfToken = statement<InvitationOffer>('offer of a token', (db) =>
  db
    .select(columns)
    .from(sql`tenants.invitation_offer(decode(${sql.placeholder('tokenHash')}, 'hex'), ${sql.placeholder('now')}::timestamptz) as i`)
    .prepare('offer_of_token'),
);

/** An offer to the person it was asked for. */
export type ReceivedOffer = InvitationOffer & ChildRow<UserId> & { readonly createdAt: Date };

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;
const own = sql`tenants.own_invitations(${sql.placeholder('now')}::timestamptz) as o`;

const order: SortOrder = {
  keys: [
    { column: sql`o.created_at`, type: 'timestamptz' },
    { column: sql`o.id`, type: 'uuid' },
  ],
  descending: true,
};

/** A page of the invitations each of several people can accept, the latest first. One sees one's own. */
export const offersToPeople = pagedStatement<ReceivedOffer>('offers to people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  return db
    .select({ parentId: sql<UserId>`parent.id`, createdAt: sql`i.created_at`.mapWith(invitations.createdAt), ...columns })
    .from(sql`${parents} cross join lateral (select o.* from ${own} where o.user_id = parent.id and ${beyond} order by ${orderBy} limit ${limit}) as i`)
    .prepare('offers_to_people');
});

/** How many invitations each of several people can accept. */
export const offerCountsToPeople = statement<{ parentId: UserId; count: number }>('offer counts to people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`i.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${own} where o.user_id = parent.id) as i`)
    .prepare('offer_counts_to_people'),
);
