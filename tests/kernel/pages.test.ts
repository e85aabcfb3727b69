import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { cursorCodec, cursorInt, pageOf, pageRequest, pageSizeMax, rowsToRead } from '@kith/kernel/page.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const numbers = cursorCodec('numbers', z.tuple([cursorInt]), (row: number) => [row]);

/** A list as a database would answer it: the numbers from 1 to `length`, read as far as a page needs. */
function pageOfNumbers(length: number, args: PageArguments): Page<number> {
  const request = pageRequest(args, numbers);
  const all = Array.from({ length }, (_, index) => index + 1);
  const [from] = request.cursor ?? [null];
  const beyond = request.direction === 'forward' ? all.filter((row) => from === null || row > from) : all.filter((row) => from === null || row < from).toReversed();
  return pageOf(request, beyond.slice(0, rowsToRead(request.size)), numbers, async () => length);
}

const lengths = fc.integer({ min: 0, max: 450 });
const sizes = fc.integer({ min: 1, max: pageSizeMax });

describe('pages', () => {
  test('forward show every row once and in order', () => {
    fc.assert(
      fc.property(lengths, sizes, (length, first) => {
        const seen: number[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const { nodes, pageInfo } = pageOfNumbers(length, { first, after });
          expect(pageInfo.hasPreviousPage).toBe(after !== null);
          seen.push(...nodes);
          ({ endCursor: after, hasNextPage: more } = pageInfo);
        }
        expect(seen).toEqual(Array.from({ length }, (_, index) => index + 1));
      }),
      { numRuns: 60 },
    );
  });

  test('backward show every row once and in order', () => {
    fc.assert(
      fc.property(lengths, sizes, (length, last) => {
        const seen: number[] = [];
        for (let before: string | null = null, more = true; more; ) {
          const { nodes, pageInfo } = pageOfNumbers(length, { last, before });
          expect(pageInfo.hasNextPage).toBe(before !== null);
          seen.unshift(...nodes);
          ({ startCursor: before, hasPreviousPage: more } = pageInfo);
        }
        expect(seen).toEqual(Array.from({ length }, (_, index) => index + 1));
      }),
      { numRuns: 60 },
    );
  });

  test('say truly whether the list goes on, and point to their own first and last rows', () => {
    fc.assert(
      fc.property(lengths, sizes, fc.integer({ min: 0, max: 450 }), (length, first, from) => {
        const { nodes, edges, pageInfo } = pageOfNumbers(length, { first, after: numbers.encode(from) });
        const left = Math.max(0, length - from);
        expect(nodes).toHaveLength(Math.min(first, left));
        expect(pageInfo.hasNextPage).toBe(left > first);
        expect(edges.map(({ node }) => node)).toEqual(nodes);
        expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual(nodes.length === 0 ? [null, null] : [numbers.encode(nodes[0] ?? 0), numbers.encode(nodes.at(-1) ?? 0)]);
      }),
      { numRuns: 200 },
    );
  });

  test('read at least one row more than they show, and come in a few sizes only', () => {
    const read = new Set<number>();
    for (let size = 1; size <= pageSizeMax; size += 1) {
      expect(rowsToRead(size)).toBeGreaterThan(size);
      expect(rowsToRead(size)).toBeLessThanOrEqual(pageSizeMax + 1);
      read.add(rowsToRead(size));
    }
    expect(read.size).toBeLessThanOrEqual(8);
  });

  test('count only when they are asked to', async () => {
    let counted = 0;
    const page = pageOf(pageRequest({ first: 1 }, numbers), [1], numbers, async () => {
      counted += 1;
      return 7;
    });
    expect(counted).toBe(0);
    expect(await page.totalCount()).toBe(7);
  });
});
