import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { loginHistory } from '@kith/drizzle/tables/sessions.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { Login } from '../domain/login.ts';

/** An attempt to sign in under the person it was asked for. */
export type LoginRow = Login & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${loginHistory.occurredAt}`, type: 'timestamptz' },
    { column: sql`${loginHistory.id}`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`l.id`,
  occurredAt: sql`l.occurred_at`.mapWith(loginHistory.occurredAt),
  failure: sql<Login['failure']>`l.failure`,
  ipAddress: sql<string | null>`l.ip_address`,
  userAgent: sql<string | null>`l.user_agent`,
};

/** A page of the attempts to sign in as each of several people, the latest first. One sees one's own. */
export const loginsOfPeople = pagedStatement<LoginRow>('logins of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const { id, occurredAt, userId, failure, ipAddress, userAgent } = loginHistory;
  const one = sql`select ${id}, ${occurredAt}, ${failure}, ${ipAddress}, ${userAgent} from ${loginHistory} where ${userId} = parent.id and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as l`).prepare('logins_of_people');
});

/** The last time that somebody signed in as each of several people. One sees one's own. */
export const lastLoginsOfPeople = statement<LoginRow>('last logins of people', (db) => {
  const { id, occurredAt, userId, failure, ipAddress, userAgent } = loginHistory;
  const one = sql`select ${id}, ${occurredAt}, ${failure}, ${ipAddress}, ${userAgent} from ${loginHistory} where ${userId} = parent.id and ${failure} is null order by ${occurredAt} desc, ${id} desc limit 1`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as l`).prepare('last_logins_of_people');
});

/** How many attempts to sign in as each of several people there were. */
export const loginCountsOfPeople = statement<{ parentId: UserId; count: number }>('login counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`l.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${loginHistory} where ${loginHistory.userId} = parent.id) as l`)
    .prepare('login_counts_of_people'),
);
