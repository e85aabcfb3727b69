import type { Statement } from '@kith/drizzle/connection.ts';
import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { invitations } from '@kith/drizzle/tables/invitations.ts';
import { memberships } from '@kith/drizzle/tables/tenants.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Invitation, InvitationState } from '../domain/invitation.ts';

/** Which invitations of a tenant are listed: each is a statement of its own. */
export type InvitationFilter = InvitationState | 'ANY';

/** An invitation under what it was asked for. */
export type InvitationRow<ParentId> = Invitation & ChildRow<ParentId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;
const ofActiveTenant = sql`${invitations.tenantId} = ${sql.placeholder('tenantId')}::uuid`;
const isUnclosed = sql`${invitations.acceptedAt} is null and ${invitations.revokedAt} is null`;
const now = sql`${sql.placeholder('now')}::timestamptz`;

// Where an invitation stands, as `stateOf` says it. Every filter mentions the time, so that all take the same values.
const inState: Record<InvitationFilter, SQL> = {
  ANY: sql`${now} is not null`,
  OPEN: sql`${isUnclosed} and ${invitations.expiresAt} > ${now}`,
  EXPIRED: sql`${isUnclosed} and ${invitations.expiresAt} <= ${now}`,
  ACCEPTED: sql`${invitations.acceptedAt} is not null and ${now} is not null`,
  REVOKED: sql`${invitations.revokedAt} is not null and ${now} is not null`,
};

const order: SortOrder = {
  keys: [
    { column: sql`${invitations.createdAt}`, type: 'timestamptz' },
    { column: sql`${invitations.id}`, type: 'uuid' },
  ],
  descending: true,
};

const selected = sql`${invitations.id}, ${invitations.tenantId}, ${invitations.email}, ${invitations.role}, ${invitations.invitedBy}, ${invitations.acceptedBy},
  ${invitations.createdAt}, ${invitations.sentAt}, ${invitations.sentCount}, ${invitations.expiresAt}, ${invitations.acceptedAt}, ${invitations.revokedAt}`;

const columns = {
  id: sql<string>`i.id`,
  tenantId: sql<TenantId>`i.tenant_id`,
  email: sql<string>`i.email`,
  role: sql<Invitation['role']>`i.role`,
  invitedById: sql<UserId>`i.invited_by`,
  acceptedById: sql<UserId | null>`i.accepted_by`,
  createdAt: sql`i.created_at`.mapWith(invitations.createdAt),
  sentAt: sql`i.sent_at`.mapWith(invitations.sentAt),
  sentCount: sql<number>`i.sent_count`,
  expiresAt: sql`i.expires_at`.mapWith(invitations.expiresAt),
  acceptedAt: sql<Date | null>`i.accepted_at`.mapWith(invitations.acceptedAt),
  revokedAt: sql<Date | null>`i.revoked_at`.mapWith(invitations.revokedAt),
};

const pageUnder = <ParentId extends TenantId | UserId>(name: string, parent: SQL, condition: (filter: InvitationFilter) => SQL) =>
  pagedStatement<InvitationRow<ParentId>, InvitationFilter>(name, (db, page, filter = 'ANY') => {
    const { beyond, orderBy, limit } = pageClauses(order, page);
    const one = sql`select ${selected} from ${invitations} where ${ofActiveTenant} and ${parent} = parent.id and ${condition(filter)} and ${beyond} order by ${orderBy} limit ${limit}`;
    return db
      .select({ parentId: sql<ParentId>`parent.id`, ...columns })
      .from(sql`${parents} cross join lateral (${one}) as i`)
      .prepare(name);
  });

const countUnder = <ParentId extends TenantId | UserId>(name: string, parent: SQL, condition: SQL): Statement<{ parentId: ParentId; count: number }> =>
  statement(name, (db) =>
    db
      .select({ parentId: sql<ParentId>`parent.id`, count: sql<number>`i.count` })
      .from(sql`${parents} cross join lateral (select count(*)::int from ${invitations} where ${ofActiveTenant} and ${parent} = parent.id and ${condition}) as i`)
      .prepare(name),
  );

/** A page of the invitations of each of several tenants, the latest first. */
export const invitationsOfTenants = pageUnder<TenantId>('invitations of tenants', sql`${invitations.tenantId}`, (filter) => inState[filter]);
const countOfTenants = (filter: InvitationFilter) => countUnder<TenantId>(`invitation counts of tenants, ${filter}`, sql`${invitations.tenantId}`, inState[filter]);
/** How many invitations each of several tenants has. */
export const invitationCountsOfTenants: Record<InvitationFilter, ReturnType<typeof countOfTenants>> = {
  ANY: countOfTenants('ANY'),
  OPEN: countOfTenants('OPEN'),
  EXPIRED: countOfTenants('EXPIRED'),
  ACCEPTED: countOfTenants('ACCEPTED'),
  REVOKED: countOfTenants('REVOKED'),
};

/** A page of whom each of several people invited into the active tenant, the latest first. */
export const invitationsSentByPeople = pageUnder<UserId>('invitations sent by people', sql`${invitations.invitedBy}`, () => sql`true`);
/** How many people each of several people invited into the active tenant. */
export const invitationCountsSentByPeople = countUnder<UserId>('invitation counts sent by people', sql`${invitations.invitedBy}`, sql`true`);

/** Invitations of the active tenant by id. */
export const invitationsById = statement<Invitation>('invitations by id', (db) =>
  db
    .select(columns)
    .from(sql`(select ${selected} from ${invitations} where ${ofActiveTenant} and ${invitations.id} = any(${sql.placeholder('ids')}::uuid[])) as i`)
    .prepare('invitations_by_id'),
);

/** The invitations that members of the active tenant joined by, by membership. */
export const invitationsOfMemberships = statement<Invitation & { membershipId: string }>('invitations of memberships', (db) =>
  db
    .select({ membershipId: sql<string>`i.membership_id`, ...columns })
    .from(
      sql`(select ${memberships.id} as membership_id, ${selected} from ${memberships} join ${invitations} on ${invitations.id} = ${memberships.invitationId}
        where ${memberships.tenantId} = ${sql.placeholder('tenantId')}::uuid and ${memberships.id} = any(${sql.placeholder('ids')}::uuid[])) as i`,
    )
    .prepare('invitations_of_memberships'),
);
