import { statement } from '@kith/drizzle/connection.ts';
import type { Cut, SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { cutTo, pageClauses, pagedStatement, uncut } from '@kith/drizzle/pagedStatement.ts';
import { ownRoleChanges, roleChanges } from '@kith/drizzle/tables/tenants.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { RoleChange } from '../domain/roleChange.ts';

/** A change under the membership it was asked for. */
export type RoleChangeRow = RoleChange & ChildRow<string>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

/** The changes of a membership that the viewer may know of: those of the active tenant, and their own elsewhere. */
const knownChanges = (cut: Cut = uncut): SQL => sql`
  ((select ${roleChanges.id}, ${roleChanges.fromRole}, ${roleChanges.toRole}, ${roleChanges.changedBy}, ${roleChanges.changedAt}
    from ${roleChanges}
    where ${roleChanges.tenantId} = ${sql.placeholder('tenantId')}::uuid and ${roleChanges.membershipId} = parent.id
      ${cut([sql`${roleChanges.changedAt}`, sql`${roleChanges.id}`])})
  union all
  (select ${ownRoleChanges.id}, ${ownRoleChanges.fromRole}, ${ownRoleChanges.toRole}, ${ownRoleChanges.changedBy}, ${ownRoleChanges.changedAt}
    from ${ownRoleChanges}
    where ${ownRoleChanges.tenantId} is distinct from ${sql.placeholder('tenantId')}::uuid and ${ownRoleChanges.membershipId} = parent.id
      ${cut([sql`${ownRoleChanges.changedAt}`, sql`${ownRoleChanges.id}`])})) as known`;

const order: SortOrder = {
  keys: [
    { column: sql`known.changed_at`, type: 'timestamptz' },
    { column: sql`known.id`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<string>`parent.id`,
  id: sql<string>`c.id`,
  from: sql<Role | null>`c.from_role`,
  to: sql<Role>`c.to_role`,
  changedById: sql<UserId>`c.changed_by`,
  changedAt: sql`c.changed_at`.mapWith(roleChanges.changedAt),
};

/** A page of how the role of each of several members changed, the latest first. */
export const roleChangesOfMemberships = pagedStatement<RoleChangeRow>('role changes of memberships', (db, page) => {
  const { orderBy, limit } = pageClauses(order, page);
  return db
    .select(columns)
    .from(sql`${parents} cross join lateral (select * from ${knownChanges(cutTo(order, page))} order by ${orderBy} limit ${limit}) as c`)
    .prepare('role_changes_of_memberships');
});

/** How often the role of each of several members changed. */
export const roleChangeCountsOfMemberships = statement<{ parentId: string; count: number }>('role change counts of memberships', (db) =>
  db
    .select({ parentId: sql<string>`parent.id`, count: sql<number>`c.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${knownChanges()}) as c`)
    .prepare('role_change_counts_of_memberships'),
);
