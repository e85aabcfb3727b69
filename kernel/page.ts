import { z } from 'zod';
import { RequestError } from './errors.ts';

/** The arguments every list field takes (Relay's cursor connections). */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Which part of a list is asked for, checked. `cursor` holds the sort keys of the row to continue from. */
export interface PageRequest<Cursor> {
  readonly size: number;
  readonly direction: 'forward' | 'backward';
  readonly cursor: Cursor | null;
}

/** A page as the graph shows it. `totalCount` is a function: graphql-js only calls it when it was asked for. */
export interface Page<Row> {
  readonly nodes: Row[];
  readonly edges: { readonly cursor: string; readonly node: Row }[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  readonly totalCount: () => Promise<number>;
}

export const pageSizeDefault = 20;
export const pageSizeMax = 200;

/** Writes and reads the cursors of one list: opaque text that holds the sort keys of a row, parsed when it comes back. */
export interface CursorCodec<Row, Cursor> {
  encode(row: Row): string;
  decode(text: string): Cursor | null;
}

/** A moment in a cursor, exactly as we write it: of what looks like one, PostgreSQL does not take everything (the year 0, a hundred decimals). */
export const cursorMoment = z.iso.datetime({ precision: 3 }).refine((text) => !text.startsWith('0000'));
/** A number in a cursor, of the size that PostgreSQL's `int` has. */
export const cursorInt = z.int32();
/** An id in a cursor. */
export const cursorId = z.uuid();

/**
 * Makes the cursor codec of a list from the list's name, the schema of its sort keys and the way to read them off a row.
 * A cursor holds the name too: that of another list is not of this one, though it may have the same keys.
 */
export function cursorCodec<Row, Keys extends z.ZodType>(list: string, keys: Keys, keysOf: (row: Row) => readonly unknown[]): CursorCodec<Row, z.output<Keys>> {
  const named = z.tuple([z.literal(list)], z.unknown());
  return {
    encode: (row) => Buffer.from(JSON.stringify([list, ...keysOf(row)])).toString('base64url'),
    decode: (text) => {
      try {
        const [, ...values] = named.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
        return keys.parse(values);
      } catch {
        return null;
      }
    },
  };
}

/** Checks the arguments of a list field. Refuses BAD_REQUEST for sizes outside 1 to 200, both directions at once, and broken cursors. */
export function pageRequest<Row, Cursor>(args: PageArguments, codec: CursorCodec<Row, Cursor>): PageRequest<Cursor> {
  const { first = null, after = null, last = null, before = null } = args;
  if (first !== null && last !== null) throw new RequestError('BAD_REQUEST', 'Give `first` or `last`, not both.');
  const direction = last !== null || (before !== null && first === null) ? 'backward' : 'forward';
  if (direction === 'forward' && before !== null) throw new RequestError('BAD_REQUEST', '`before` goes with `last`, not with `first`.');
  if (direction === 'backward' && after !== null) throw new RequestError('BAD_REQUEST', '`after` goes with `first`, not with `last` or `before`.');
  const size = first ?? last ?? pageSizeDefault;
  const sizeName = direction === 'forward' ? 'first' : 'last';
  if (size < 1 || size > pageSizeMax) throw new RequestError('BAD_REQUEST', `\`${sizeName}\` must be between 1 and ${pageSizeMax}.`);
  const text = direction === 'forward' ? after : before;
  const cursor = text === null ? null : codec.decode(text);
  if (text !== null && cursor === null) {
    throw new RequestError('BAD_REQUEST', `\`${direction === 'forward' ? 'after' : 'before'}\` is not a cursor of this list.`);
  }
  return { size, direction, cursor };
}

/**
 * How many rows to read for a page: one more than asked, to know whether the list goes on, rounded up to one of a few
 * sizes. The number stands in the statement as a literal, for with a parameter PostgreSQL plans anew at every call,
 * and each size is a prepared statement of its own.
 */
export function rowsToRead(size: number): number {
  return rowSteps.find((step) => step > size) ?? pageSizeMax + 1;
}
const rowSteps = [2, 4, 6, 11, 21, 51, 101, pageSizeMax + 1];

/** Shapes rows read for a page. Rows come in reading order: backwards for `last`. */
export function pageOf<Row, Cursor>(
  request: PageRequest<Cursor>,
  rows: readonly Row[],
  codec: CursorCodec<Row, Cursor>,
  totalCount: () => Promise<number>,
): Page<Row> {
  const more = rows.length > request.size;
  const kept = rows.slice(0, request.size);
  const nodes = request.direction === 'forward' ? kept : kept.toReversed();
  const edges = nodes.map((node) => ({ cursor: codec.encode(node), node }));
  const continued = request.cursor !== null;
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: request.direction === 'forward' ? more : continued,
      hasPreviousPage: request.direction === 'forward' ? continued : more,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
