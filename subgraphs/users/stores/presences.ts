import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { directory, people, presences, profiles } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { eq, sql } from 'drizzle-orm';
import type { DatedPerson } from '../domain/peopleList.ts';
import type { Reach } from './listing.ts';
import { isFound, listedInDirectory } from './listing.ts';
import { personIn } from './people.ts';

/** When each of several people was last seen in the active tenant. */
export const presencesOfPeople = statement<{ userId: UserId; lastSeenAt: Date }>('presences', (db) =>
  db
    .select({ userId: presences.userId, lastSeenAt: presences.lastSeenAt })
    .from(presences)
    .where(sql`${presences.tenantId} = ${sql.placeholder('tenantId')} and ${presences.userId} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('presences'),
);

const seenSince = (reach: Reach) => sql`${presences.tenantId} = ${sql.placeholder('tenantId')} and ${presences.lastSeenAt} >= ${sql.placeholder('since')}::timestamptz
  and ${isFound(reach, sql`${presences.userId}`, listedInDirectory(sql`${presences.userId}`))}`;

const order: SortOrder = {
  keys: [
    { column: sql`${presences.lastSeenAt}`, type: 'timestamptz' },
    { column: sql`${presences.userId}`, type: 'uuid' },
  ],
  descending: true,
};

/** A page of whoever was seen in the active tenant since a moment, the one seen last in front. */
export const onlinePage = pagedStatement<DatedPerson, Reach>('people online', (db, page, reach = 'listed') => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const direction = sql.raw(page.direction === 'forward' ? 'desc' : 'asc');
  return db
    .select({ ...personIn(sql`${directory.role}`), at: sql`page.at`.mapWith(presences.lastSeenAt) })
    .from(
      sql`(select ${presences.userId}, ${presences.lastSeenAt} as at from ${presences}
        where ${seenSince(reach)} and ${beyond} order by ${orderBy} limit ${limit}) as page`,
    )
    .innerJoin(directory, eq(directory.userId, sql`page.user_id`))
    .innerJoin(people, eq(people.id, sql`page.user_id`))
    .innerJoin(profiles, eq(profiles.userId, people.id))
    .orderBy(sql`page.at ${direction}, page.user_id ${direction}`)
    .prepare('people_online');
});

const countIn = (reach: Reach) =>
  statement<{ count: number }>('people online count', (db) => db.select({ count: sql<number>`count(*)::int` }).from(presences).where(seenSince(reach)).prepare('people_online_count'));

/** How many were seen in the active tenant since a moment. */
export const onlineCounts: Record<Reach, ReturnType<typeof countIn>> = { listed: countIn('listed'), everyone: countIn('everyone') };
