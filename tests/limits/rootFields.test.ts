import { rootFields } from '@kith/gateway/rates/rootFields.ts';
import { Kind, parse } from 'graphql';
import { expect, it } from 'vitest';

function fieldsOf(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('there is no operation');
  return rootFields(document, operation, variables);
}
const logins = (text: string, variables?: Record<string, unknown>) =>
  fieldsOf(text, variables).map(({ arguments: { input } }) => (input as { login?: unknown } | undefined)?.login);

it.each([
  ['a field', 'mutation { sessionSignIn(input: { login: "a" }) { accessToken } }', ['a']],
  ['each alias', 'mutation { x: sessionSignIn(input: { login: "a" }) { __typename } y: sessionSignIn(input: { login: "b" }) { __typename } }', ['a', 'b']],
  ['once what is asked for twice under one name', 'mutation { sessionSignIn(input: { login: "a" }) { accessToken } sessionSignIn(input: { login: "a" }) { expiresAt } }', ['a']],
  ['fields in fragments within fragments', 'mutation { ...One } fragment One on Mutation { ... on Mutation { ...Two } x: sessionSignIn(input: { login: "a" }) { __typename } } fragment Two on Mutation { y: sessionSignIn(input: { login: "b" }) { __typename } }', ['b', 'a']],
  ['a fragment once however often it is spread', 'mutation { ...One ...One } fragment One on Mutation { sessionSignIn(input: { login: "a" }) { __typename } }', ['a']],
  ['not what is skipped', 'mutation { sessionSignIn(input: { login: "a" }) @skip(if: true) { __typename } ... @include(if: false) { sessionSignIn(input: { login: "b" }) { __typename } } }', []],
  ['what is skipped and included only as it happens', 'mutation { sessionSignIn(input: { login: "a" }) @skip(if: false) @include(if: true) { __typename } }', ['a']],
])('counts %s', (_, text, expected) => {
  expect(logins(text)).toEqual(expected);
});

it.each([
  ['a variable for the input', 'mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { __typename } }', { input: { login: 'a' } }],
  ['a variable inside the input', 'mutation ($login: String!) { sessionSignIn(input: { login: $login }) { __typename } }', { login: 'a' }],
  ['the default of a variable', 'mutation ($login: String! = "a") { sessionSignIn(input: { login: $login }) { __typename } }', {}],
  ['the default of a variable for the input', 'mutation ($input: SessionSignInInput! = { login: "a" }) { sessionSignIn(input: $input) { __typename } }', {}],
  ['a variable rather than its default', 'mutation ($login: String! = "b") { sessionSignIn(input: { login: $login }) { __typename } }', { login: 'a' }],
  ['a condition that is a variable', 'mutation ($no: Boolean = false) { sessionSignIn(input: { login: "a" }) @skip(if: $no) { __typename } x: sessionSignIn(input: { login: "b" }) @include(if: $no) { __typename } }', {}],
])('sees the login through %s', (_, text, variables) => {
  expect(logins(text, variables)).toEqual(['a']);
});
