import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { RawAnswer } from './refusals.ts';
import { expectRefused, expectRefusedWithin, sendOperation, sendRaw } from './refusals.ts';

const search = 'query ($search: String) { users(search: $search) { totalCount } }';
const cursorOf = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
const connection = '{ nodes { id } }';

describe('input that is not as it should be', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let authorization: string;

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url);
    authorization = `Bearer ${await graph.signIn('ada@kith.test')}`;
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const send = (query: string, variables: Record<string, unknown> = {}): Promise<RawAnswer> => sendOperation(graph.url, query, variables, { authorization });
  const sendBody = (body: string | Uint8Array<ArrayBuffer>): Promise<RawAnswer> => sendRaw(graph.url, { body, headers: { authorization } });

  describe('operations', () => {
    test.each([
      ['an unknown field', '{ me { nope } }'],
      ['an unknown argument', '{ me(id: 1) { id } }'],
      ['an unknown type', '{ me { ... on Nobody { id } } }'],
      ['a field without its fields', '{ me }'],
      ['a field with fields it has not', '{ me { id { id } } }'],
      ['what is no GraphQL', '{ me { '],
      ['nothing', ' '],
      ['a comment', '# nothing'],
      ['a missing variable', 'query ($id: ID!) { user(id: $id) { id } }'],
      ['an undeclared variable', '{ user(id: $id) { id } }'],
      ['a field that only subgraphs have', '{ _service { sdl } }'],
      ['a lookup that only subgraphs have', '{ _entities(representations: []) { __typename } }'],
      ['a field that only the planner sees', '{ currentTenant { members { nodes { userId } } } }'],
      ['two operations and no name', 'query A { me { id } } query B { me { id } }'],
      ['a subscription', 'subscription { me { id } }'],
      ['a deferred fragment', '{ me { ... @defer { id } } }'],
      ['a wrong literal', 'mutation { sessionSignIn(input: { login: 5, password: ["x"] }) { accessToken } }'],
      ['an unknown input field', 'mutation { sessionSignIn(input: { login: "a", password: "b", admin: true }) { accessToken } }'],
    ])('%s: 400', async (_, query) => {
      expectRefused(await send(query));
    });

    test('an operation of an unknown name, or an impossible one: 400', async () => {
      expectRefused(await sendBody(JSON.stringify({ query: 'query A { me { id } }', operationName: 'B' })));
      expectRefused(await sendBody('{"query":"query A { me { id } }","operationName":"\\ud800\\u0000"}'));
    });

    test.each([
      ['an object for a text', 'query ($id: ID!) { user(id: $id) { id } }', { id: { a: 1 } }],
      ['a list for a text', 'query ($id: ID!) { user(id: $id) { id } }', { id: ['a'] }],
      ['a truth for a text', search, { search: true }],
      ['null where nothing may be null', 'query ($id: ID!) { user(id: $id) { id } }', { id: null }],
      ['a broken number', 'query ($n: Int) { users(first: $n) { totalCount } }', { n: 1.5 }],
      ['a number as text', 'query ($n: Int) { users(first: $n) { totalCount } }', { n: '5' }],
    ])('%s in variables: 400', async (_, query, variables) => {
      expectRefused(await send(query, variables));
    });
  });

  describe('bodies', () => {
    test.each([
      ['nothing', ''],
      ['no JSON', '{"query":'],
      ['null', 'null'],
      ['a number', '5'],
      ['a list of operations', '[{"query":"{ me { id } }"},{"query":"{ me { id } }"}]'],
      ['an empty list', '[]'],
      ['no operation', '{}'],
      ['an operation that is no text', '{"query":5}'],
      ['variables that are a list', '{"query":"{ me { id } }","variables":[1]}'],
      ['variables that are a text', '{"query":"{ me { id } }","variables":"x"}'],
      ['extensions that are a number', '{"query":"{ me { id } }","extensions":5}'],
      ['15,000 objects in each other', `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`],
      ['49,000 lists in each other, as a variable', `{"query":"{ me { id } }","variables":{"a":${'['.repeat(49_000)}${']'.repeat(49_000)}}}`],
    ])('%s: 400', async (_, body) => {
      expectRefused(await sendBody(body));
    });

    test('what is not UTF-8: 400, also where a text is cut in the middle of a letter', async () => {
      expectRefused(await sendBody(Uint8Array.from([...Buffer.from('{"query":"{ me { id } }","variables":{"a":"'), 0xff, ...Buffer.from('"}}')])), { message: /UTF-8/ });
      expectRefused(await sendBody(Uint8Array.from([...Buffer.from('{"query":"{ me { id } }","variables":{"a":"'), 0xc3])), { message: /UTF-8/ });
    });

    test('an operation by hash that is registered nowhere is PERSISTED_OPERATION_NOT_FOUND', async () => {
      const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash: 'e'.repeat(64) } } };
      expectRefused(await sendBody(JSON.stringify(byHash)), { code: 'PERSISTED_OPERATION_NOT_FOUND' });
      expectRefused(await sendBody(JSON.stringify({ ...byHash, query: '{ me { id } }' })), { code: 'PERSISTED_OPERATION_NOT_FOUND' });
    });
  });

  describe('texts', () => {
    test.each([
      ['NUL in a literal', '{ users(search: "a\\u0000b") { totalCount } }', {}],
      ['NUL as it is in a literal', '{ users(search: "a\0b") { totalCount } }', {}],
      ['NUL in a block text', '{ users(search: """a\0b""") { totalCount } }', {}],
      ['NUL in a nested literal', 'mutation { sessionSignIn(input: { login: "a\\u0000", password: "b" }) { accessToken } }', {}],
      ['NUL in a variable', search, { search: 'a\0b' }],
      ['NUL in a nested variable', 'mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken } }', { input: { login: 'ada', password: 'a\0b' } }],
      ['NUL in a variable nobody asked for', '{ me { id } }', { other: ['\0'] }],
      ['NUL in a key', '{ me { id } }', { 'a\0b': 1 }],
      ['NUL in a nested key', '{ me { id } }', { a: { 'b\0': 1 } }],
    ])('%s: 400', async (_, query, variables) => {
      expectRefused(await send(query, variables));
    });

    test.each([
      ['a literal', String.raw`{"query":"{ users(search: \"\\ud800\") { totalCount } }"}`],
      ['a literal, as it is', String.raw`{"query":"{ users(search: \"\ud800\") { totalCount } }"}`],
      ['a variable', String.raw`{"query":"query ($s: String) { users(search: $s) { totalCount } }","variables":{"s":"x\udfffy"}}`],
      ['a key', String.raw`{"query":"{ me { id } }","variables":{"\ud800":1}}`],
    ])('half of a surrogate pair in %s: 400', async (_, body) => {
      expectRefused(await sendBody(body));
    });

    test('a whole surrogate pair, and every other letter there is, is a text like another', async () => {
      expect((await send(search, { search: '🙂 ﷽ \u{10FFFF} \u0001 \u200D \u202E' })).text).toBe('{"data":{"users":{"totalCount":0}}}');
    });

    test('a path of many long keys is not repeated at length', async () => {
      expectRefused(await send('{ me { id } }', { ['k'.repeat(40_000)]: { ['l'.repeat(40_000)]: '\0' } }), { message: /NUL/ });
    });
  });

  describe('keys that reach for a prototype', () => {
    test.each([
      ['in the body', '{"query":"{ me { id } }","__proto__":{"polluted":true}}'],
      ['in variables', '{"query":"{ me { id } }","variables":{"__proto__":{"polluted":true}}}'],
      ['deep in variables', '{"query":"{ me { id } }","variables":{"a":[{"__proto__":{"polluted":true}}]}}'],
      ['by way of a constructor', '{"query":"{ me { id } }","variables":{"constructor":{"prototype":{"polluted":true}}}}'],
      ['in extensions', '{"query":"{ me { id } }","extensions":{"__proto__":{"polluted":true}}}'],
    ])('%s: 400, and nothing is changed', async (_, body) => {
      expectRefused(await sendBody(body));
      expect('polluted' in {}).toBe(false);
    });

    test('by GET change nothing', async () => {
      const path = `/graphql?${new URLSearchParams({ query: '{ me { id } }', variables: '{"__proto__":{"polluted":true}}' }).toString()}`;
      expect((await sendRaw(graph.url, { path, method: 'GET', headers: { authorization, 'apollo-require-preflight': '1' } })).status).toBeLessThan(500);
      expect('polluted' in {}).toBe(false);
    });

    test('as names in an operation are names like others', async () => {
      const { text } = await send('{ __proto__: me { constructor: username hasOwnProperty: username __proto__: status toString: profile { __proto__: displayName } } }');
      expect(text).toBe('{"data":{"__proto__":{"constructor":"ada","hasOwnProperty":"ada","__proto__":"ACTIVE","toString":{"__proto__":"Ada Lovelace"}}}}');
      expect('username' in {}).toBe(false);
    });
  });

  describe('numbers', () => {
    test.each([
      ['as a literal Int', '{"query":"{ users(first: 12345678901234567890) { totalCount } }"}'],
      ['as an Int', '{"query":"query ($n: Int) { users(first: $n) { totalCount } }","variables":{"n":12345678901234567890}}'],
      ['as an ID', '{"query":"query ($id: ID!) { user(id: $id) { id } }","variables":{"id":12345678901234567890}}'],
      ['deep in variables', '{"query":"{ me { id } }","variables":{"a":[{"b":-12345678901234567890}]}}'],
      ['as something like infinity', '{"query":"query ($n: Int) { users(first: $n) { totalCount } }","variables":{"n":1e999}}'],
    ])('of 20 digits %s: 400, and not rounded', async (_, body) => {
      expectRefused(await sendBody(body));
    });

    test('of 20 digits as a literal ID are a text, and no id', async () => {
      expect((await send('{ user(id: 12345678901234567890) { id } }')).text).toBe('{"data":{"user":null}}');
    });
  });

  describe('ids that are none', () => {
    test.each([['ada'], [''], [' '], ['00000000-0000-7000-8000-00000000000'], ['{00000000-0000-7000-8000-000000000000}'], ["'; drop table users.people; --"], ['١٢٣'], ['0'.repeat(10_000)]])('%j is nobody', async (id) => {
      const { status, text } = await send('query ($id: ID!) { user(id: $id) { id } tenant(id: $id) { id } }', { id });
      expect({ status, text }).toEqual({ status: 200, text: '{"data":{"user":null,"tenant":null}}' });
    });

    test.each([[''], ["' or 1=1 --"], ['%'], ['a'.repeat(10_000)], ['\\']])('the name %j is nobody', async (name) => {
      const { status, text } = await send('query ($name: String!) { userByUsername(username: $name) { id } tenant(slug: $name) { id } }', { name });
      expect({ status, text }).toEqual({ status: 200, text: '{"data":{"userByUsername":null,"tenant":null}}' });
    });
  });

  describe('pages', () => {
    const lists = {
      users: (args: string) => `users(${args}) ${connection}`,
      tenants: (args: string) => `tenants(${args}) ${connection}`,
      members: (args: string) => `currentTenant { members(${args}) ${connection} }`,
      memberships: (args: string) => `users(first: 200) { nodes { memberships(${args}) ${connection} } }`,
      sessions: (args: string) => `users(first: 200) { nodes { security { sessions(${args}) ${connection} } } }`,
      achievements: (args: string) => `users(first: 200) { nodes { player { achievements(${args}) { totalCount } } } }`,
    };
    const sizes: [string, string, string, Record<string, unknown>][] = [
      ['first: 0', '', 'first: 0', {}],
      ['first: 201', '', 'first: 201', {}],
      ['first: -1', '', 'first: -1', {}],
      ['last: 0', '', 'last: 0', {}],
      ['last: 201', '', 'last: 201', {}],
      ['first and last', '', 'first: 5, last: 5', {}],
      ['first: 0 as a variable', '($n: Int)', 'first: $n', { n: 0 }],
      ['first: 201 as a variable', '($n: Int)', 'first: $n', { n: 201 }],
      ['last: 201 as a variable', '($n: Int)', 'last: $n', { n: 201 }],
      ['first: 201 as a default', '($n: Int = 201)', 'first: $n', {}],
      ['first and last as variables', '($n: Int, $m: Int)', 'first: $n, last: $m', { n: 1, m: 1 }],
    ];
    const cursors: [string, string, string, Record<string, unknown>][] = [
      ['before beside first', '($c: String = "x")', 'first: 1, before: $c', {}],
      ['after beside last', '($c: String = "x")', 'last: 1, after: $c', {}],
      ['after and before', '($c: String = "x")', 'after: $c, before: $c', {}],
      ['a broken cursor', '', 'after: "broken"', {}],
      ['an empty cursor', '', 'after: ""', {}],
      ['a broken cursor from the end', '', 'last: 1, before: "b"', {}],
    ];

    describe.each(Object.entries(lists))('of %s', (_name, list) => {
      test.each(sizes)('with %s: 400 before any subgraph is asked', async (_, declared, args, variables) => {
        graph.fetches = 0;
        expectRefused(await send(`query ${declared} { ${list(args)} }`, variables));
        expect(graph.fetches).toBe(0);
      });

      test.each(cursors)('with %s: BAD_REQUEST', async (_, declared, args, variables) => {
        expectRefusedWithin(await send(`query ${declared} { ${list(args)} }`, variables));
      });
    });

    test('the sizes at the edges are pages like others', async () => {
      for (const args of ['first: 1', 'first: 200', 'last: 1', 'last: 200']) expect((await send(`{ ${lists.users(args)} ${lists.members(args)} }`)).status, args).toBe(200);
    });
  });

  describe('cursors that somebody made', () => {
    const id = v7();
    const lists: Record<string, { list: string; keys: readonly unknown[]; query: string }> = {
      users: { list: 'users', keys: [true, 3, id], query: 'query ($after: String) { users(first: 1, after: $after) { totalCount nodes { id } } }' },
      memberships: { list: 'memberships', keys: ['2026-01-01T00:00:00.000Z', id], query: 'query ($after: String) { currentTenant { members(first: 1, after: $after) { nodes { id } } } }' },
      sessions: { list: 'sessions', keys: ['2026-01-01T00:00:00.000Z', id], query: 'query ($after: String) { me { security { sessions(first: 1, after: $after) { nodes { id } } } } }' },
      achievements: { list: 'achievements', keys: ['2026-01-01T00:00:00.000Z', id], query: 'query ($after: String) { me { player { achievements(first: 1, after: $after) { totalCount } } } }' },
    };
    const wrong: [string, (keys: readonly unknown[]) => readonly unknown[]][] = [
      ['too few keys', (keys) => keys.slice(1)],
      ['too many keys', (keys) => [...keys, 1]],
      ['keys in another order', (keys) => keys.toReversed()],
      ['no id at its end', (keys) => [...keys.slice(0, -1), 'x']],
      ['an id with SQL in it', (keys) => [...keys.slice(0, -1), `${id}' or true --`]],
      ['null', (keys) => keys.map(() => null)],
      ['an object', (keys) => keys.map(() => ({}))],
      ['a number no int holds', (keys) => keys.map((key) => (typeof key === 'number' ? 3_000_000_000 : typeof key === 'string' && key.startsWith('2026') ? 3_000_000_000 : key))],
      ['the year 0', (keys) => keys.map((key) => (typeof key === 'string' && key.startsWith('2026') ? '0000-01-01T00:00:00.000Z' : typeof key === 'number' ? -3_000_000_000 : key))],
      ['a moment with 200 decimals', (keys) => keys.map((key) => (typeof key === 'string' && key.startsWith('2026') ? `2026-01-01T00:00:00.${'1'.repeat(200)}Z` : typeof key === 'number' ? 1.5 : key))],
      ['a day that never was', (keys) => keys.map((key) => (typeof key === 'string' && key.startsWith('2026') ? '2026-02-30T00:00:00.000Z' : typeof key === 'number' ? 1e308 : key))],
      ['a moment without a zone', (keys) => keys.map((key) => (typeof key === 'string' && key.startsWith('2026') ? '2026-01-01T00:00:00.000' : typeof key === 'number' ? '3' : key))],
    ];

    describe.each(Object.entries(lists))('for %s', (name, { list, keys, query }) => {
      test('as they should be are taken', async () => {
        expect((await send(query, { after: cursorOf(list, ...keys) })).status).toBe(200);
      });

      test.each(wrong)('with %s: BAD_REQUEST', async (_, change) => {
        expectRefusedWithin(await send(query, { after: cursorOf(list, ...change(keys)) }), { message: /is not a cursor of this list/ });
      });

      test.each(Object.keys(lists).filter((other) => other !== name))('for %s: BAD_REQUEST', async (other) => {
        expectRefusedWithin(await send(query, { after: cursorOf(lists[other]?.list, ...(lists[other]?.keys ?? [])) }), { message: /is not a cursor of this list/ });
      });

      test.each([['base64 of nothing', ''], ['no base64', '!!!'], ['no JSON', Buffer.from('{[').toString('base64url')], ['text', Buffer.from('"users"').toString('base64url')], ['deep lists', Buffer.from('['.repeat(20_000) + ']'.repeat(20_000)).toString('base64url')]])('of %s: BAD_REQUEST', async (_, after) => {
        expectRefusedWithin(await send(query, { after }));
      });
    });
  });

  test('the checks of the gateway are what keeps NUL from being a fault of the database', async () => {
    const rows = database.owner`select * from users.people where username_canonical = any(${['a\0b']}::text[])`;
    await expect(rows).rejects.toMatchObject({ code: '22021' });
  });
});
