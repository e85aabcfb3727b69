import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { usernameHistory } from '@kith/drizzle/tables/users.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { FormerUsername } from '../domain/formerUsername.ts';

/** A name under the person who gave it up. */
export type FormerUsernameRow = FormerUsername & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${usernameHistory.givenUpAt}`, type: 'timestamptz' },
    { column: sql`${usernameHistory.usernameCanonical}`, type: 'text' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  username: sql<string>`n.username_canonical`,
  givenUpAt: sql`n.given_up_at`.mapWith(usernameHistory.givenUpAt),
  reservedUntil: sql`n.reserved_until`.mapWith(usernameHistory.reservedUntil),
};

// Names that were only set aside for somebody are none they gave up.
const theirs = sql`${usernameHistory.userId} = parent.id and ${usernameHistory.worn}`;

/** A page of the names each of several people gave up, the latest first. One sees one's own. */
export const formerUsernamesOfPeople = pagedStatement<FormerUsernameRow>('former usernames of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const { usernameCanonical, givenUpAt, reservedUntil } = usernameHistory;
  const one = sql`select ${usernameCanonical}, ${givenUpAt}, ${reservedUntil} from ${usernameHistory} where ${theirs} and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as n`).prepare('former_usernames_of_people');
});

/** How many names each of several people gave up. */
export const formerUsernameCountsOfPeople = statement<{ parentId: UserId; count: number }>('former username counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`n.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${usernameHistory} where ${theirs}) as n`)
    .prepare('former_username_counts_of_people'),
);
