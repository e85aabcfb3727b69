import { rowsToRead } from '@kith/kernel/page.ts';
import type { PageRequest } from '@kith/kernel/page.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Drizzle, Statement } from './connection.ts';
import { statement } from './connection.ts';

/** What decides the text of a list's statement; everything else comes in as a value. */
interface PageShape {
  readonly rows: number;
  readonly direction: 'forward' | 'backward';
  readonly continued: boolean;
}

/** One sort key of a list: the column and the type a cursor's text is read as. */
export interface SortKey {
  readonly column: SQL;
  readonly type: 'timestamptz' | 'uuid' | 'boolean' | 'int' | 'inet' | 'text';
}

/** The clauses that cut a page out of a sorted list. */
export interface PageClauses {
  /** True for the rows beyond the cursor. */
  readonly beyond: SQL;
  readonly orderBy: SQL;
  readonly limit: SQL;
}

/** How a list is sorted. All keys run the same way, so that "beyond the cursor" is one row comparison an index answers. */
export interface SortOrder {
  readonly keys: readonly SortKey[];
  readonly descending: boolean;
}

/** Writes the clauses of a page. The cursor's values come in as the placeholders cursor0, cursor1 ... */
export function pageClauses(order: SortOrder, page: PageShape): PageClauses {
  const downwards = order.descending === (page.direction === 'forward');
  const columns = sql.join(order.keys.map(({ column }) => column), sql`, `);
  const values = sql.join(order.keys.map(({ type }, index) => sql`${sql.placeholder(`cursor${index}`)}::${sql.raw(type)}`), sql`, `);
  return {
    beyond: page.continued ? sql`(${columns}) ${sql.raw(downwards ? '<' : '>')} (${values})` : sql`true`,
    orderBy: sql.join(order.keys.map(({ column }) => sql`${column} ${sql.raw(downwards ? 'desc' : 'asc')}`), sql`, `),
    limit: sql.raw(String(page.rows)),
  };
}

/** What ends a select that is one half of a list, given the half's sort columns. Without a cut the half is read whole. */
export type Cut = (columns: readonly SQL[]) => SQL;

/** Reads a half whole, as for a count. */
export const uncut: Cut = () => sql``;

/**
 * Cuts a page out of each half of a list, so that neither is read beyond it: sorted only after the two are put together,
 * the members of a tenant of 4,000 were all read for a page of 20. Stands at the end of the half's conditions.
 */
export function cutTo(order: SortOrder, page: PageShape): Cut {
  return (columns) => {
    const keys = order.keys.map((key, index) => ({ ...key, column: columns[index] ?? key.column }));
    const { beyond, orderBy, limit } = pageClauses({ ...order, keys }, page);
    return sql`and ${beyond} order by ${orderBy} limit ${limit}`;
  };
}

/** The values of a cursor for the placeholders of `pageClauses`. */
export function cursorValues(page: PageRequest<readonly unknown[]>): Record<string, unknown> {
  return Object.fromEntries((page.cursor ?? []).map((value, index) => [`cursor${index}`, value]));
}

/**
 * A list's statement in all its shapes: for each direction, continued or not, and for each of a few page sizes one
 * prepared statement, made when it is first asked for. `variant` tells apart further texts of the same list.
 */
export function pagedStatement<Row, Variant extends string = never>(
  name: string,
  build: (db: Drizzle, page: PageShape, variant?: Variant) => ReturnType<Statement<Row>['build']>,
): (page: PageRequest<unknown>, variant?: Variant) => Statement<Row> {
  const shapes = new Map<string, Statement<Row>>();
  return (request, variant) => {
    const page: PageShape = { rows: rowsToRead(request.size), direction: request.direction, continued: request.cursor !== null };
    const key = `${page.rows} ${page.direction} ${page.continued} ${variant ?? ''}`;
    const known = shapes.get(key) ?? statement(name, (db) => build(db, page, variant));
    shapes.set(key, known);
    return known;
  };
}
