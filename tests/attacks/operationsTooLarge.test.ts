import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { RawAnswer } from './refusals.ts';
import { expectRefused, expectShort, sendOperation, sendRaw } from './refusals.ts';

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const nested = (levels: number): string => times(levels, () => '{ memberships(first: 1) { nodes { user ').join('') + '{ id }' + ' } } }'.repeat(levels);
/** A field under two names at each of so many levels, a fragment a level. */
const bomb = (levels: number): string =>
  `{ me { ...F0 } } ${times(levels, (level) => `fragment F${level} on User { a: player { user { ...F${level + 1} } } b: player { user { ...F${level + 1} } } }`).join(' ')} fragment F${levels} on User { id }`;
/** Some 43 words, so many times. */
const words = (count: number): string =>
  `{ ${times(count, (index) => `m${index}: me { id username email status verified followerCount followingCount createdAt profile { displayName bio pictureUrl bannerUrl location website interests skills completeness isComplete socialLinks { twitter instagram tiktok discord youtube } } preferences { locale timeZone colorScheme } }`).join(' ')} }`;

interface Attack {
  readonly query: string;
  readonly message: RegExp;
}
/** What is too much, each against one limit that a graph can be given higher. */
const attacks: Record<string, Attack> = {
  'an operation of 11 levels': { query: `{ me ${nested(3)} }`, message: /more than 10 levels/ },
  'an operation of 11 levels, hidden in fragments': {
    query: `{ me { ...A } } fragment A on User ${nested(1).replace('{ id }', '{ ...B }')} fragment B on User ${nested(2)}`,
    message: /more than 10 levels/,
  },
  'one field under 16 names': { query: `{ me { ${times(16, (index) => `a${index}: username`).join(' ')} } }`, message: /`username` is asked for under more than 15 names/ },
  'one field under 16 names, in 16 places': {
    query: `{ ${times(16, (index) => `a${index}: me { id }`).join(' ')} }`,
    message: /`me` is asked for under more than 15 names/,
  },
  'a bomb of fragments': { query: bomb(4), message: /`player` is asked for under more than 15 names/ },
  'a field with 9 directives': { query: `{ me { username ${'@include(if: true) @skip(if: false) '.repeat(5)} } }`, message: /carries more than 8 directives/ },
  'an operation of more than 1,000 words': { query: words(25), message: /1000 tokens/ },
};
// Directives that stand twice are refused by the language itself as well.
const alsoRefusedByTheLanguage = ['a field with 9 directives'];

describe('too much at once', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let token: string;

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url);
    token = await graph.signIn('ada@kith.test');
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const send = (query: string): Promise<RawAnswer> => sendOperation(graph.url, query, {}, { authorization: `Bearer ${token}` });

  test.each(Object.entries(attacks))('%s is refused before any subgraph is asked', async (_, { query, message }) => {
    graph.fetches = 0;
    expectRefused(await send(query), { message });
    expect(graph.fetches).toBe(0);
  });

  test('as much as the limits allow is answered', async () => {
    const allowed = [`{ me ${nested(2)} }`, `{ me { ${times(15, (index) => `a${index}: username`).join(' ')} } }`, bomb(2), words(15)];
    for (const query of allowed) expect((await send(query)).status, query).toBe(200);
  });

  test('a body of more than 100 KB is refused unread, one just below it is not', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const bodyOf = (bytes: number): string => JSON.stringify({ query: '{ me { id } }', variables: { filler: '' } }).replace('""', `"${'x'.repeat(bytes)}"`);
    expectRefused(await sendRaw(graph.url, { headers, body: bodyOf(102_400) }), { status: 413 });
    expect((await sendRaw(graph.url, { headers, body: bodyOf(102_000) })).status).toBe(200);
  });

  test('an operation that is wrong all over gets a few findings, not all', async () => {
    const answer = await send(`{ me { ${times(300, (index) => `unknown${index}`).join(' ')} } }`);
    expectRefused(answer);
    expect(expectShort(answer).codes.length).toBeLessThanOrEqual(11);
  });

  test('what is said of a long name is cut short', async () => {
    expectRefused(await send(`{ me { ${'a'.repeat(50_000)} } }`), { message: /^Cannot query field "a{200,300}\.\.\.$/ });
    expectRefused(await send(`{ users(search: ${'['.repeat(400)}${']'.repeat(400)}) { totalCount } }`));
  });

  test('a circle of fragments is refused, and ends the process as little as it goes on for ever', async () => {
    expectRefused(await send('{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }'), { message: /within itself/ });
    expectRefused(await send('{ me { ...A } } fragment A on User { player { user { a: id ...A } } }'), { message: /within itself/ });
  });

  test('fragments used over and over, under no new names, are read once', async () => {
    const query = `{ me { ...F0 } } ${times(20, (level) => `fragment F${level} on User { ${`...F${level + 1} `.repeat(4)} }`).join(' ')} fragment F20 on User { username }`;
    expect((await send(query)).text).toBe('{"data":{"me":{"username":"ada"}}}');
    // Compared with each other, as the language asks, a thousand equal fields are half a million pairs: that is where it stops.
    expectRefused(await send(`{ me { ${'username '.repeat(990)} } }`));
  });

  describe('in a graph with higher limits', () => {
    let lenient: TestGraph;

    beforeAll(async () => {
      lenient = await startGraph(database.url, { environment: { DEPTH_MAX: '50', ALIASES_MAX: '100', DIRECTIVES_MAX: '100', TOKENS_MAX: '100000', BODY_BYTES_MAX: '10000000' } });
    });
    afterAll(() => lenient.stop());

    test.each(Object.entries(attacks))('%s gets through: it is the limit that refuses it', async (name, { query, message }) => {
      const answer = await sendOperation(lenient.url, query, {}, { authorization: `Bearer ${token}` });
      if (alsoRefusedByTheLanguage.includes(name)) expect(answer.text).not.toMatch(message);
      else expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: expect.stringMatching(/^\{"data":\{/) });
    });

    test('a body of more than 100 KB gets through', async () => {
      expect((await sendOperation(lenient.url, '{ me { id } }', { filler: 'x'.repeat(200_000) })).status).toBe(200);
    });
  });
});
