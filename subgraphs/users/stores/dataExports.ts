import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { dataExports } from '@kith/drizzle/tables/leaving.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { DataExport, ExportedRow } from '../domain/dataExport.ts';

/** Notes that somebody asked for a document. A second one of the same day answers by `data_exports_one_a_day`. */
export async function addDataExport(tx: Transaction, row: { id: string; userId: UserId; label: string | null; requestedAt: Date }): Promise<void> {
  await tx.insert(dataExports).values(row);
}

/** Everything that is kept about whoever the transaction speaks for, a row at a time. */
export function exportedRows(tx: Transaction): Promise<ExportedRow[]> {
  return tx.select({ relation: sql<string>`relation`, content: sql<ExportedRow['content']>`content` }).from(sql`kith.export_person()`);
}

/** Puts a document in its place, unless it is there. Answers whether it did. */
export async function keepDocument(tx: Transaction, id: string, document: string, readyAt: Date, expiresAt: Date): Promise<boolean> {
  const kept = await tx
    .update(dataExports)
    .set({ state: 'READY', document, readyAt, expiresAt })
    .where(and(eq(dataExports.id, id), eq(dataExports.state, 'QUEUED')))
    .returning({ id: dataExports.id });
  return kept.length > 0;
}

/** Takes out so many documents whose time is over, whoever's they are. Answers how many. */
export async function expireSome(tx: Transaction, at: Date, rowsMax: number): Promise<number> {
  const [row] = await tx.select({ expired: sql<number>`expired` }).from(sql`users.expire_data_exports(${at.toISOString()}::timestamptz, ${rowsMax}) as expired`);
  return row?.expired ?? 0;
}

/** A document under the person it is about. */
export type DataExportRow = DataExport & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${dataExports.requestedAt}`, type: 'timestamptz' },
    { column: sql`${dataExports.id}`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`d.id`,
  label: sql<string | null>`d.label`,
  state: sql<DataExport['state']>`d.state`,
  requestedAt: sql`d.requested_at`.mapWith(dataExports.requestedAt),
  readyAt: sql<Date | null>`d.ready_at`.mapWith(dataExports.readyAt),
  expiresAt: sql<Date | null>`d.expires_at`.mapWith(dataExports.expiresAt),
  document: sql<string | null>`d.document`,
};

/** A page of the documents of each of several people, the latest first. One sees one's own. */
export const dataExportsOfPeople = pagedStatement<DataExportRow>('data exports of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const { id, userId, label, state, requestedAt, readyAt, expiresAt, document } = dataExports;
  const one = sql`select ${id}, ${label}, ${state}, ${requestedAt}, ${readyAt}, ${expiresAt}, ${document} from ${dataExports}
    where ${userId} = parent.id and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as d`).prepare('data_exports_of_people');
});

/** How many documents each of several people asked for. */
export const dataExportCountsOfPeople = statement<{ parentId: UserId; count: number }>('data export counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`d.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${dataExports} where ${dataExports.userId} = parent.id) as d`)
    .prepare('data_export_counts_of_people'),
);
