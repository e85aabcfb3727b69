import { expect } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';

/** A list of the graph: where it hangs, and what tells its items apart. */
export interface List {
  /** Such as `me { memberships(PAGE) { CONNECTION } }`. */
  readonly query: string;
  /** The way from `data` to the connection. */
  readonly at: readonly string[];
  /** What is asked of an item, one field or nested ones, and how its key is read off. */
  readonly item: string;
  readonly keyOf: (item: Item) => string;
}

/** An item of a list: the fields that `List.item` asks for. */
export type Item = Readonly<Record<string, unknown>>;

interface Connection {
  readonly nodes: readonly Item[];
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
  readonly totalCount: number;
}

interface PageArguments {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
}

/** Asks for one page. */
export async function pageOfList(graph: TestGraph, token: string, list: List, page: PageArguments): Promise<Connection> {
  const connection = `nodes { ${list.item} } edges { cursor node { ${list.item} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount`;
  const query = list.query.replace('PAGE', 'first: $first, after: $after, last: $last, before: $before').replace('CONNECTION', connection);
  const { data, errors } = await graph.ask(`query ($first: Int, $after: String, $last: Int, $before: String) { ${query} }`, { ...page }, { token });
  expect(errors).toEqual([]);
  return list.at.reduce((value, key) => value[key], data) as Connection; // what the query above asks for
}

/** Walks through a whole list and answers the keys of its items in the order of the list. Looks at every page on its way. */
export async function walk(graph: TestGraph, token: string, list: List, size: number, direction: 'forward' | 'backward'): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: Connection = await pageOfList(graph, token, list, direction === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor });
    expectSound(page, size);
    // What the page before has promised is there.
    if (cursor !== null) expect(page.nodes).not.toEqual([]);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    const here = page.nodes.map(list.keyOf);
    if (direction === 'forward') keys.push(...here);
    else keys.unshift(...here);
    expect(direction === 'forward' ? hasPreviousPage : hasNextPage).toBe(cursor !== null);
    if (!(direction === 'forward' ? hasNextPage : hasPreviousPage)) return keys;
    expect(page.nodes).toHaveLength(size);
    cursor = direction === 'forward' ? endCursor : startCursor;
    if (keys.length > 1_000) throw new Error('the list goes on for ever');
  }
}

function expectSound({ nodes, edges, pageInfo }: Connection, size: number): void {
  expect(nodes.length).toBeLessThanOrEqual(size);
  expect(edges.map(({ node }) => node)).toEqual(nodes);
  expect(pageInfo.startCursor).toBe(edges.at(0)?.cursor ?? null);
  expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
}
