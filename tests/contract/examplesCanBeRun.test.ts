import { apiSchemaOf } from '@kith/schema/apiSchema.ts';
import { readExample } from '@kith/schema/exampleOperations.ts';
import { findInvalidExamples } from '@kith/schema/guards/examples.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { anExample, messagesOf } from './planted.ts';

const apiSchema = apiSchemaOf(supergraphSdl());
const directory = 'query People($first: Int!) { users(first: $first) { nodes { id } } }';

/** Lists what is found about one example against the committed contract. */
function faultsOf(...example: Parameters<typeof anExample>): string[] {
  return messagesOf(findInvalidExamples([anExample(...example)], apiSchema));
}

test('an example in order is read with its title, its person, its variables and its budgets', () => {
  const file = anExample({ variables: '{"first": 20}' }, directory);
  expect(findInvalidExamples([file], apiSchema)).toEqual([]);
  expect(readExample(file)).toEqual({
    example: {
      name: 'People',
      title: 'Me',
      description: 'The signed-in person.',
      document: `${directory}\n`,
      variables: { first: 20 },
      signedInAs: 'ada@kith.test',
      statementsMax: 2,
      fetchesMax: 1,
    },
  });
});

test('an example for nobody in particular says null', () => {
  expect(readExample(anExample({ as: 'null' }))).toMatchObject({ example: { signedInAs: null, variables: {} } });
});

test.each([
  ['no title', { title: null }, '`title` is missing.'],
  ['an empty description', { description: '' }, '`description` is empty.'],
  ['a person who is no address', { as: 'ada' }, '`as` must be the e-mail address of a demo person, or null for nobody.'],
  ['variables that are no JSON', { variables: '{first: 20}' }, '`variables` must be a JSON object on one line, such as {"first": 20}.'],
  ['variables that are a list', { variables: '[]' }, '`variables` must be a JSON object on one line, such as {"first": 20}.'],
  ['no budget', { statements: null }, '`statements` is missing.'],
  ['a budget that is no number', { fetches: 'few' }, '`fetches` must be a whole number.'],
  ['a key that means nothing', { budget: '5' }, '`budget` is no known key.'],
])('an example with %s is found', (_, changes, expected) => {
  expect(faultsOf(changes).map((message) => message.toLowerCase())).toEqual([expected.toLowerCase()]);
});

test.each([
  ['a field that is not there', 'query Me { me { nickname } }', 'Me: Cannot query field "nickname" on type "User". Did you mean "username"?'],
  ['no name', '{ me { id } }', 'The operation has no name.'],
  ['two operations', 'query A { me { id } } query B { me { id } }', 'The file must hold exactly one operation.'],
  ['a slip of the pen', 'query Me { me { id }', 'The operation is no GraphQL: Syntax Error: Expected Name, found <EOF>.'],
])('an example with %s is found', (_, operation, expected) => {
  expect(faultsOf({}, operation)).toEqual([expected]);
});

test.each([
  ['that are missing', '{}', 'Variable "$first" of required type "Int!" was not provided.'],
  ['of the wrong type', '{"first": "all"}', 'Variable "$first" got invalid value "all"; Int cannot represent non-integer value: "all"'],
  ['that nobody declared', '{"first": 1, "last": 2}', 'Variable "$last" is given but not declared.'],
])('an example with variables %s is found', (_, variables, expected) => {
  expect(faultsOf({ variables }, directory)).toEqual([`People: ${expected}`]);
});

test('an example that uses what is deprecated is found', () => {
  const deprecating = buildSchema('type Query { me: User @deprecated(reason: "Use `viewer`.") } type User { id: ID! }');
  const [message] = messagesOf(findInvalidExamples([anExample()], deprecating));
  expect(message).toBe('Me: The field Query.me is deprecated. Use `viewer`.');
});

test('two examples of one name, and a file without a place, are found', () => {
  const second = { ...anExample(), fileName: 'me-again.graphql' };
  expect(messagesOf(findInvalidExamples([anExample(), second], apiSchema))).toEqual([
    'The file name does not begin with its place, as in `01-sign-in.graphql`.',
    '01-me.graphql holds an operation of the name Me too.',
  ]);
});
