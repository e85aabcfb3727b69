import { findUndescribed } from '@kith/schema/guards/descriptions.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

const described = '"A." type User @key(fields: "id") { "B." id: ID! "C." name: String }';
const owner = aSubgraph(described, 'owner');

/** Lists the coordinates found undescribed in SDL beside a subgraph that describes `User`. */
function undescribedIn(sdl: string): string[] {
  return messagesOf(findUndescribed([aSubgraph(sdl), owner])).map((message) => message.replace(' has no description.', ''));
}

test.each([
  ['a type', 'type Planted { "B." field: Int }', 'Planted'],
  ['an interface', 'interface Planted { "B." field: Int }', 'Planted'],
  ['a union', 'union Planted = User', 'Planted'],
  ['a scalar', 'scalar Planted', 'Planted'],
  ['an enum', 'enum Planted { "B." VALUE }', 'Planted'],
  ['an input', 'input Planted { "B." field: Int }', 'Planted'],
  ['a field', '"A." type Planted { field: Int }', 'Planted.field'],
  ['a field of an extension', 'extend type User { field: Int }', 'User.field'],
  ['a field of the query type', 'type Query { field: Int }', 'Query.field'],
  ['an argument', '"A." type Planted { "B." field(argument: Int): Int }', 'Planted.field(argument:)'],
  ['an enum value', '"A." enum Planted { VALUE }', 'Planted.VALUE'],
  ['an input field', '"A." input Planted { field: Int }', 'Planted.field'],
  ['a directive', 'directive @planted on FIELD_DEFINITION', '@planted'],
  ['an argument of a directive', '"A." directive @planted(argument: Int) on FIELD_DEFINITION', '@planted(argument:)'],
  ['an element with an empty description', '" " type Planted { "B." field: Int }', 'Planted'],
])('%s without a description is found', (_, sdl, coordinate) => {
  expect(undescribedIn(sdl)).toEqual([coordinate]);
});

test('the place is the line of the name', () => {
  expect(findUndescribed([aSubgraph('"A."\ntype Planted {\n  field: Int\n}')])[0]?.at).toBe('schema/planted.graphql:3');
});

test('the root types need no description', () => {
  expect(undescribedIn('type Query { "A." a: Int } type Mutation { "B." b: Int }')).toEqual([]);
});

test('an entity and its key may be described where they are at home', () => {
  expect(undescribedIn('type User @key(fields: "id") { id: ID! "D." more: Int }')).toEqual([]);
});

test('a composite key is excused field by field, and a nested selection excuses nothing of the entity', () => {
  const home = aSubgraph('"A." type Place @key(fields: "id org { name } slug") { "B." id: ID! "C." slug: ID! org: Int name: Int }', 'home');
  const guest = aSubgraph('type Place @key(fields: "id org { name } slug") { id: ID! slug: ID! org: Int name: Int }');
  expect(messagesOf(findUndescribed([guest, home]).filter(({ at }) => at.includes('planted')))).toEqual([
    'Place.org has no description.',
    'Place.name has no description.',
  ]);
});

test.each([
  ['fields outside the key', 'type User @key(fields: "id") { id: ID! name: String }', ['User.name']],
  ['a type without a key', 'type User { id: ID! }', ['User', 'User.id']],
  ['a type that nobody describes', 'type Planted @key(fields: "id") { id: ID! }', ['Planted', 'Planted.id']],
  ['a key when the type describes itself', '"A." type User @key(fields: "id") { id: ID! }', ['User.id']],
])('the excuse does not reach %s', (_, sdl, coordinates) => {
  expect(undescribedIn(sdl)).toEqual(coordinates);
});

test('the excuse ends when the home of the entity leaves the key undescribed', () => {
  const home = aSubgraph('"A." type User @key(fields: "id") { id: ID! }', 'home');
  const guest = aSubgraph('type User @key(fields: "id") { id: ID! }');
  expect(findUndescribed([guest, home])).toHaveLength(2);
});
