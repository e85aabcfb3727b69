import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { ownKnownDevices } from '@kith/drizzle/tables/sessions.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { KnownDevice } from '../domain/knownDeviceList.ts';

/** A known device under the person it was asked for. */
export type KnownDeviceRow = KnownDevice & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;
const lately = sql`${ownKnownDevices.userId} = parent.id and ${ownKnownDevices.signedInAt} > ${sql.placeholder('since')}::timestamptz`;

const order: SortOrder = {
  keys: [
    { column: sql`${ownKnownDevices.signedInAt}`, type: 'timestamptz' },
    { column: sql`${ownKnownDevices.fingerprint}`, type: 'text' },
    { column: sql`${ownKnownDevices.network}`, type: 'inet' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  fingerprint: sql<string>`d.fingerprint`,
  network: sql<string>`d.network::text`,
  signedInAt: sql`d.signed_in_at`.mapWith(ownKnownDevices.signedInAt),
};

/** A page of the devices each of several people is known on, the one used last in front. One sees one's own. */
export const knownDevicesOfPeople = pagedStatement<KnownDeviceRow>('known devices of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const one = sql`select ${ownKnownDevices.fingerprint}, ${ownKnownDevices.network}, ${ownKnownDevices.signedInAt} from ${ownKnownDevices} where ${lately} and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as d`).prepare('known_devices_of_people');
});

/** How many devices each of several people is known on. */
export const knownDeviceCountsOfPeople = statement<{ parentId: UserId; count: number }>('known device counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`d.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${ownKnownDevices} where ${lately}) as d`)
    .prepare('known_device_counts_of_people'),
);
