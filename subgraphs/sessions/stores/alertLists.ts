import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { alerts } from '@kith/drizzle/tables/sessions.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { Alert } from '../domain/alert.ts';

/** An alert under the person it was asked for. */
export type AlertRow = Alert & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${alerts.raisedAt}`, type: 'timestamptz' },
    { column: sql`${alerts.id}`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`a.id`,
  kind: sql<Alert['kind']>`a.kind`,
  severity: sql<Alert['severity']>`a.severity`,
  raisedAt: sql`a.raised_at`.mapWith(alerts.raisedAt),
  ipAddress: sql<string | null>`a.ip_address`,
};

/** A page of the alerts about each of several people, the latest first. One sees one's own. */
export const alertsOfPeople = pagedStatement<AlertRow>('alerts of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const { id, kind, severity, raisedAt, ipAddress, userId } = alerts;
  const one = sql`select ${id}, ${kind}, ${severity}, ${raisedAt}, ${ipAddress} from ${alerts} where ${userId} = parent.id and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as a`).prepare('alerts_of_people');
});

/** How many alerts about each of several people there are. */
export const alertCountsOfPeople = statement<{ parentId: UserId; count: number }>('alert counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`a.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${alerts} where ${alerts.userId} = parent.id) as a`)
    .prepare('alert_counts_of_people'),
);
