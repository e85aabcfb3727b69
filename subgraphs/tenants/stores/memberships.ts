import { statement } from '@kith/drizzle/connection.ts';
import type { Cut, SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { cutTo, pageClauses, pagedStatement, uncut } from '@kith/drizzle/pagedStatement.ts';
import { memberships, ownMemberships, settings, tenants } from '@kith/drizzle/tables/tenants.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Membership } from '../domain/tenant.ts';
import { tenantColumns } from './tenantColumns.ts';

/** A list of memberships that hangs on people or on tenants: the column of each half that holds the parent's id. */
interface Parent {
  readonly active: SQL;
  readonly own: SQL;
}

const ofPerson: Parent = { active: sql`${memberships.userId}`, own: sql`${ownMemberships.userId}` };
const itself: Parent = { active: sql`${memberships.id}`, own: sql`${ownMemberships.id}` };
const ofTenant: Parent = { active: sql`${memberships.tenantId}`, own: sql`${ownMemberships.tenantId}` };

/**
 * The memberships of a parent that the viewer may know of: all of the active tenant, and their own elsewhere.
 * Two halves rather than one policy with "or", which would cost every list its index.
 */
const knownMemberships = (parent: Parent, cut: Cut = uncut): SQL => sql`
  ((select ${memberships.id}, ${memberships.userId}, ${memberships.role}, ${memberships.joinedAt},
      ${tenants.id} as tenant_id, ${tenants.name} as tenant_name, ${tenants.slug} as tenant_slug,
      ${tenants.status} as tenant_status, ${tenants.createdAt} as tenant_created_at, ${tenants.version} as tenant_version, ${tenants.statusReason} as tenant_status_reason,
      ${tenants.deletedAt} as tenant_deleted_at, ${settings.settings} -> 'branding' as tenant_branding, false as tenant_is_own
    from ${memberships} join ${tenants} on ${tenants.id} = ${memberships.tenantId} left join ${settings} on ${settings.tenantId} = ${tenants.id}
    where ${memberships.tenantId} = ${sql.placeholder('tenantId')}::uuid and ${parent.active} = parent.id
      ${cut([sql`${memberships.joinedAt}`, sql`${memberships.id}`])})
  union all
  (select ${ownMemberships.id}, ${ownMemberships.userId}, ${ownMemberships.role}, ${ownMemberships.joinedAt},
      ${ownMemberships.tenantId}, ${ownMemberships.tenantName}, ${ownMemberships.tenantSlug},
      ${ownMemberships.tenantStatus}, ${ownMemberships.tenantCreatedAt}, ${ownMemberships.tenantVersion}, null,
      ${ownMemberships.tenantDeletedAt}, ${ownMemberships.tenantBranding}, true
    from ${ownMemberships}
    where ${ownMemberships.tenantId} is distinct from ${sql.placeholder('tenantId')}::uuid and ${parent.own} = parent.id
      ${cut([sql`${ownMemberships.joinedAt}`, sql`${ownMemberships.id}`])})) as known`;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`known.joined_at`, type: 'timestamptz' },
    { column: sql`known.id`, type: 'uuid' },
  ],
  descending: false,
};

const columns = {
  id: sql<string>`m.id`,
  userId: sql<UserId>`m.user_id`,
  role: sql<Role>`m.role`,
  joinedAt: sql`m.joined_at`.mapWith(memberships.joinedAt),
  tenant: tenantColumns('m', 'tenant_'),
};

/** A membership under the parent it was asked for. */
export type MembershipRow<ParentId> = Membership & ChildRow<ParentId>;

const pageUnder = <ParentId extends UserId | TenantId>(name: string, parent: Parent) =>
  pagedStatement<MembershipRow<ParentId>>(name, (db, page) => {
    const { orderBy, limit } = pageClauses(order, page);
    return db
      .select({ parentId: sql<ParentId>`parent.id`, ...columns })
      .from(sql`${parents} cross join lateral (select * from ${knownMemberships(parent, cutTo(order, page))} order by ${orderBy} limit ${limit}) as m`)
      .prepare(name);
  });

const countUnder = <ParentId extends UserId | TenantId>(name: string, parent: Parent) =>
  statement<{ parentId: ParentId; count: number }>(name, (db) =>
    db
      .select({ parentId: sql<ParentId>`parent.id`, count: sql<number>`m.count` })
      .from(sql`${parents} cross join lateral (select count(*)::int from ${knownMemberships(parent)}) as m`)
      .prepare(name),
  );

/** A page of the memberships of each of several people, in the order they joined. */
export const membershipsOfPeople = pageUnder<UserId>('memberships of people', ofPerson);
/** How many memberships each of several people has. */
export const membershipCountsOfPeople = countUnder<UserId>('membership counts of people', ofPerson);
/** A page of the members of each of several tenants, in the order they joined. */
export const membershipsOfTenants = pageUnder<TenantId>('memberships of tenants', ofTenant);
/** How many members each of several tenants has. */
export const membershipCountsOfTenants = countUnder<TenantId>('membership counts of tenants', ofTenant);

const found = (name: string, parent: Parent, condition: SQL) =>
  statement<Membership>(name, (db) =>
    db
      .select(columns)
      .from(sql`${parents} cross join lateral (select * from ${knownMemberships(parent)} where ${condition}) as m`)
      .prepare(name),
  );

/** Memberships by id, of the active tenant and one's own. */
export const membershipsById = found('memberships by id', itself, sql`true`);
/** The places of several people in the active tenant. */
export const membershipsInActiveTenant = found('memberships in the active tenant', ofPerson, sql`"known"."tenant_id" = ${sql.placeholder('tenantId')}::uuid`);
