import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { blocks, directory, follows, knownFollows, people, profiles } from '@kith/drizzle/tables/users.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { eq, sql } from 'drizzle-orm';
import type { DatedPerson, PeopleList } from '../domain/peopleList.ts';
import type { Reach } from './listing.ts';
import { hides, isFound, listedInDirectory } from './listing.ts';
import { personIn } from './people.ts';

/** A person in a list, under the one it hangs on. */
export type PersonUnder = DatedPerson & ChildRow<UserId>;

/** What a list of people is read from: rows that hang on `parent.id`, and of each the person, the moment, and what has to hold for it to be shown. */
interface Source {
  readonly from: SQL;
  readonly ofParent: SQL;
  readonly member: SQL;
  readonly at: SQL;
  readonly holds: (reach: Reach) => SQL;
}

const found = (member: SQL) => (reach: Reach) => isFound(reach, member, listedInDirectory(member));
const { followerId, followedId, createdAt } = knownFollows;
const blocked = sql`${blocks.blockedId}`;
const mutual = sql`mutual.follower_id`;

const sources: Record<PeopleList, Source> = {
  followers: { from: sql`${knownFollows}`, ofParent: sql`${followedId} = parent.id`, member: sql`${followerId}`, at: sql`${createdAt}`, holds: found(sql`${followerId}`) },
  following: { from: sql`${knownFollows}`, ofParent: sql`${followerId} = parent.id`, member: sql`${followedId}`, at: sql`${createdAt}`, holds: found(sql`${followedId}`) },
  mutualFollowers: {
    // From whom the viewer follows, each looked up among the followers: those of somebody well known are far more. `offset 0` keeps it that way.
    from: sql`${follows} cross join lateral (select ${followerId}, ${createdAt} from ${knownFollows}
      where ${followerId} = ${follows.followedId} and ${followedId} = parent.id offset 0) as mutual`,
    ofParent: sql`${follows.followerId} = (select kith.current_user_id())`,
    member: mutual,
    at: sql`mutual.created_at`,
    holds: found(mutual),
  },
  blockedUsers: {
    from: sql`${blocks}`,
    ofParent: sql`${blocks.blockerId} = parent.id`,
    member: blocked,
    at: sql`${blocks.createdAt}`,
    holds: (reach) => (reach === 'everyone' ? sql`${listedInDirectory(blocked)} is not null` : sql`${listedInDirectory(blocked)} and not ${hides(blocked)}`),
  },
};

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

function pageUnder(list: PeopleList) {
  const { from, ofParent, member, at, holds } = sources[list];
  const order: SortOrder = { keys: [{ column: at, type: 'timestamptz' }, { column: member, type: 'uuid' }], descending: true };
  return pagedStatement<PersonUnder, Reach>(list, (db, page, reach = 'listed') => {
    const { beyond, orderBy, limit } = pageClauses(order, page);
    const direction = sql.raw(page.direction === 'forward' ? 'desc' : 'asc');
    return db
      .select({ ...personIn(sql`${directory.role}`), parentId: sql<UserId>`page.parent_id`, at: sql`page.at`.mapWith(follows.createdAt) })
      .from(
        sql`(select parent.id as parent_id, cut.* from ${parents} cross join lateral (select ${member} as user_id, ${at} as at from ${from}
          where ${ofParent} and ${holds(reach)} and ${beyond} order by ${orderBy} limit ${limit}) as cut) as page`,
      )
      .innerJoin(directory, eq(directory.userId, sql`page.user_id`))
      .innerJoin(people, eq(people.id, sql`page.user_id`))
      .innerJoin(profiles, eq(profiles.userId, people.id))
      .orderBy(sql`page.at ${direction}, page.user_id ${direction}`)
      .prepare(list);
  });
}

function countsUnder(list: PeopleList) {
  const { from, ofParent, holds } = sources[list];
  const inReach = (reach: Reach) =>
    statement<{ parentId: UserId; count: number }>(`${list} count`, (db) =>
      db
        .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`members.count` })
        .from(sql`${parents} cross join lateral (select count(*)::int from ${from} where ${ofParent} and ${holds(reach)}) as members`)
        .prepare(`${list}_count`),
    );
  return { listed: inReach('listed'), everyone: inReach('everyone') };
}

/** A page of each list of people, under each of several people: the latest first. */
export const peoplePages = {
  followers: pageUnder('followers'),
  following: pageUnder('following'),
  mutualFollowers: pageUnder('mutualFollowers'),
  blockedUsers: pageUnder('blockedUsers'),
} as const satisfies Record<PeopleList, unknown>;

/** How many people each of these lists has. */
export const peopleCounts = {
  followers: countsUnder('followers'),
  following: countsUnder('following'),
  mutualFollowers: countsUnder('mutualFollowers'),
  blockedUsers: countsUnder('blockedUsers'),
} as const satisfies Record<PeopleList, unknown>;
