import { findUnevenLists } from '@kith/schema/guards/lists.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

const good = `
  type Query { things("A." first: Int, "B." after: String, "C." last: Int, "D." before: String, "E." search: String): ThingConnection }
  type ThingConnection { nodes: [Thing!]! edges: [ThingEdge!]! pageInfo: PageInfo! totalCount: Int }
  type ThingEdge { cursor: String! node: Thing! }
  type Thing { id: ID! }
`;

/** Lists what is found when one piece of a good list is replaced. */
function faultsWith(piece: string, replacement: string): string[] {
  expect(good).toContain(piece);
  return messagesOf(findUnevenLists([aSubgraph(good.replace(piece, replacement))]));
}

test('a Relay connection with the four arguments and others passes', () => {
  expect(messagesOf(findUnevenLists([aSubgraph(good)]))).toEqual([]);
});

test.each([
  ['a missing argument', '"A." first: Int, ', '', 'first: Int'],
  ['an argument of another type', 'after: String', 'after: ID', 'after: String'],
  ['a required argument', 'last: Int', 'last: Int!', 'last: Int'],
  ['a default value', 'first: Int', 'first: Int = 20', 'first: Int'],
  ['an argument without a description', '"D." before', 'before', 'before: String'],
])('a list with %s is found', (_, piece, replacement, expected) => {
  expect(faultsWith(piece, replacement)).toEqual([
    `Query.things is a list and must take \`${expected}\`, with a description and without a default value.`,
  ]);
});

test.each([
  ['nodes that may be null', '[Thing!]!', '[Thing]!', 'ThingConnection must have `nodes: [Thing!]!`'],
  ['no nodes', 'nodes: [Thing!]!', '', 'ThingConnection must have `nodes: [X!]!`'],
  ['no edges', 'edges: [ThingEdge!]!', '', 'ThingConnection must have `edges: [XEdge!]!`'],
  ['no pageInfo', 'pageInfo: PageInfo!', '', 'ThingConnection must have `pageInfo: PageInfo!`'],
  ['a totalCount that is always counted', 'totalCount: Int', 'totalCount: Int!', 'ThingConnection must have `totalCount: Int`'],
  ['an edge without a cursor', 'cursor: String!', 'cursor: String', 'ThingEdge must have `cursor: String!`'],
  ['an edge to another type than its nodes', 'node: Thing!', 'node: Other!', 'ThingEdge must have `node: Thing!`'],
])('a connection with %s is found', (_, piece, replacement, expected) => {
  expect(faultsWith(piece, replacement)).toEqual([`${expected}, like every other list.`]);
});

test('lists added to a type of another subgraph are held to the same', () => {
  const extension = aSubgraph('extend type Thing { parts: ThingConnection }', 'other');
  expect(findUnevenLists([aSubgraph(good), extension])).toHaveLength(4);
});
