import { findUnconventionalMutations } from '@kith/schema/guards/mutations.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

/** Lists what is found about one mutation in a graph that knows things, parts of things and pages of them. */
function faultsOf(mutation: string, payload = 'type ThingMakePayload { thing: Thing errors: [UserError!]! }'): string[] {
  const types = 'type Thing { id: ID! } type ThingConnection { a: Int } type UserError { message: String! }';
  return messagesOf(findUnconventionalMutations([aSubgraph(`type Mutation { ${mutation} } ${payload}`), aSubgraph(types, 'other')]));
}

const wrongName = (name: string) => `Mutation.${name} does not start with the name of a type of the graph followed by a verb.`;

test('object first then verb, one input and a payload with errors passes', () => {
  expect(faultsOf('thingMake(input: ThingMakeInput!): ThingMakePayload!')).toEqual([]);
});

test.each(['makeThing', 'thing', 'thingsMake', 'payloadMake', 'queryMake'])('the name %s is found', (name) => {
  const pascal = name.charAt(0).toUpperCase() + name.slice(1);
  const payload = `type ${pascal}Payload { errors: [UserError!]! }`;
  expect(faultsOf(`${name}(input: ${pascal}Input!): ${pascal}Payload!`, payload)).toEqual([wrongName(name)]);
});

test.each([
  ['no argument', 'thingMake: ThingMakePayload!'],
  ['two arguments', 'thingMake(input: ThingMakeInput!, id: ID): ThingMakePayload!'],
  ['another name for its input', 'thingMake(data: ThingMakeInput!): ThingMakePayload!'],
  ['an input that may be left out', 'thingMake(input: ThingMakeInput): ThingMakePayload!'],
  ['the input of another mutation', 'thingMake(input: ThingInput!): ThingMakePayload!'],
])('a mutation with %s is found', (_, mutation) => {
  expect(faultsOf(mutation)).toEqual(['Mutation.thingMake must take exactly one argument, `input: ThingMakeInput!`.']);
});

test.each([
  ['a bare thing', 'thingMake(input: ThingMakeInput!): Thing'],
  ['a payload that may be null', 'thingMake(input: ThingMakeInput!): ThingMakePayload'],
])('a mutation that answers %s is found', (_, mutation) => {
  expect(faultsOf(mutation)).toEqual(['Mutation.thingMake must answer `ThingMakePayload!`.']);
});

test.each([
  ['no errors', 'thing: Thing', 'ThingMakePayload must have `errors: [UserError!]!`.'],
  ['errors that may be null', 'thing: Thing errors: [UserError!]', 'ThingMakePayload must have `errors: [UserError!]!`.'],
  [
    'a field that cannot be null',
    'thing: Thing! errors: [UserError!]!',
    'ThingMakePayload.thing must be nullable: a refused mutation has nothing to put there.',
  ],
])('a payload with %s is found', (_, fields, expected) => {
  const mutation = 'thingMake(input: ThingMakeInput!): ThingMakePayload!';
  expect(faultsOf(mutation, `type ThingMakePayload { ${fields} }`)).toEqual([expected]);
});
