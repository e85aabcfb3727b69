import DataLoader from 'dataloader';
import type { PageRequest } from './page.ts';
import { grouped } from './batch.ts';

/** Reads the rows of one page of a nested list. */
export interface ConnectionLoader<ParentId, Row, Cursor> {
  load(parentId: ParentId, page: PageRequest<Cursor>): Promise<Row[]>;
}

/** A row of a nested list with the parent it belongs to. */
export interface ChildRow<ParentId> {
  readonly parentId: ParentId;
}

/**
 * Batches a nested list over its parents: however many parents ask for "the first five", it is one read.
 * Parents that ask for different pages make one read per page.
 */
export function connectionLoader<ParentId, Row extends ChildRow<ParentId>, Cursor>(
  read: (parentIds: readonly ParentId[], page: PageRequest<Cursor>) => Promise<Row[]>,
): ConnectionLoader<ParentId, Row, Cursor> {
  const loaders = new Map<string, DataLoader<ParentId, Row[]>>();
  return {
    load(parentId, page) {
      const key = JSON.stringify(page);
      const loader = loaders.get(key) ?? new DataLoader<ParentId, Row[]>(async (ids) => grouped(ids, await read(ids, page), (row) => row.parentId));
      loaders.set(key, loader);
      return loader.load(parentId);
    },
  };
}
