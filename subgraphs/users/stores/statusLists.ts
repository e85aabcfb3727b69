import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { statusChanges } from '@kith/drizzle/tables/users.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { UserStatus } from '../domain/person.ts';
import type { PastStatusChange } from '../domain/statusHistory.ts';

/** A change of status under the person it was made about. */
export type StatusChangeRow = PastStatusChange & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${statusChanges.changedAt}`, type: 'timestamptz' },
    { column: sql`${statusChanges.id}`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`s.id`,
  from: sql<UserStatus>`s.from_status`,
  to: sql<UserStatus>`s.to_status`,
  reason: sql<string | null>`s.reason`,
  actorId: sql<UserId | null>`s.actor_id`,
  changedAt: sql`s.changed_at`.mapWith(statusChanges.changedAt),
};

/** A page of the changes of status of each of several people, the latest first. */
export const statusChangesOfPeople = pagedStatement<StatusChangeRow>('status changes of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const { id, userId, fromStatus, toStatus, reason, actorId, changedAt } = statusChanges;
  const one = sql`select ${id}, ${fromStatus}, ${toStatus}, ${reason}, ${actorId}, ${changedAt} from ${statusChanges}
    where ${userId} = parent.id and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as s`).prepare('status_changes_of_people');
});

/** How many changes of status each of several people went through. */
export const statusChangeCountsOfPeople = statement<{ parentId: UserId; count: number }>('status change counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`s.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${statusChanges} where ${statusChanges.userId} = parent.id) as s`)
    .prepare('status_change_counts_of_people'),
);
