import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate, register } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

let database: TestDatabase;
let graph: TestGraph;
let token: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  await aTenant('place').withMember('vera').withMembers(5).in(database);
  graph = await startGraph(database.url, { environment: generousLimits });
  token = await graph.signIn('vera', { password: testPassword });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const read = async () => (await graph.ask('{ me { version profile { theme } } }', {}, { token })).data.me;
async function update(theme: unknown): Promise<Answer['data']> {
  const { version } = await read();
  return mutate(graph, 'userUpdate', { version, theme }, 'user { profile { theme } } errors { code path }', { token });
}
const refused = { user: null, errors: [{ code: 'THEME_INVALID', path: ['input', 'theme'] }] };
/** An object of so many levels. */
const deep = (levels: number): object => (levels === 1 ? { end: 1 } : { in: deep(levels - 1) });
const ofLength = (length: number): object => ({ text: 'x'.repeat(length - '{"text":""}'.length) });

describe('a theme', () => {
  it('is whatever the product makes of it, and is everybody’s to see', async () => {
    const theme = { accent: '#336699', fonts: ['serif', null, 1.5], dark: { accent: '#99ccff', on: true } };
    expect(await update(theme)).toEqual({ user: { profile: { theme } }, errors: [] });
    const other = await graph.signIn('member1', { password: testPassword });
    expect((await graph.ask('{ userByUsername(username: "vera") { profile { theme } } }', {}, { token: other })).data.userByUsername.profile.theme).toEqual(theme);
  });

  it('that is null is empty, as is that of somebody new', async () => {
    await update({ accent: 'red' });
    expect(await update(null)).toEqual({ user: { profile: { theme: {} } }, errors: [] });
    const { user } = await mutate(graph, 'userRegister', { email: 'new@kith.example', password: 'Lantern-orbit-57-quiet', agreeToTerms: true }, 'user { profile { theme } } errors { code }');
    expect(user.profile.theme).toEqual({});
    expect((await register(graph, { email: 'newer@kith.example' })).errors).toEqual([]);
  });

  it('may be written into the operation itself', async () => {
    const { version } = await read();
    const { data } = await graph.ask(`mutation { userUpdate(input: { version: ${version}, theme: { a: { b: [1, "two"] } } }) { user { profile { theme } } } }`, {}, { token });
    expect(data.userUpdate.user.profile.theme).toEqual({ a: { b: [1, 'two'] } });
  });

  it.each([
    ['5 levels', deep(5), true],
    ['6 levels', deep(6), false],
    ['6 levels of lists', { a: [[[[[1]]]]] }, false],
    ['10,000 characters', ofLength(10_000), true],
    ['10,001 characters', ofLength(10_001), false],
    ['many small things', Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`key${index}`, 1])), false],
    ['a key called constructor', { constructor: { prototype: 1 } }, false],
    ['a NUL', { a: 'b\0c' }, false],
  ])('of %s', async (_, theme, isTaken) => {
    const before = await read();
    const answer = await update(theme).catch((error: unknown) => (String(error).includes('BAD_REQUEST') ? refused : Promise.reject(error)));
    expect(answer).toEqual(isTaken ? { user: { profile: { theme } }, errors: [] } : refused);
    if (!isTaken) expect(await read()).toEqual(before);
  });

  it.each(['__proto__', 'prototype'])('with a key called %s is refused, in variables and in the operation itself, and changes no object here', async (key) => {
    const { version } = await read();
    const body = `{"query":"mutation ($input: UserUpdateInput!) { userUpdate(input: $input) { errors { code } } }","variables":{"input":{"version":${version},"theme":{"a":{"${key}":{"polluted":true}}}}}}`;
    const response = await fetch(`${graph.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body });
    const answer = await response.text();
    expect(answer).toMatch(/THEME_INVALID|BAD_REQUEST/);
    const { data } = await graph.ask(`mutation { userUpdate(input: { version: ${version}, theme: { ${key}: { polluted: true } } }) { errors { code } } }`, {}, { token });
    expect(data.userUpdate.errors).toEqual([{ code: 'THEME_INVALID' }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await read()).version).toBe(version);
  });

  it('is read in one statement for any number of people, and only when it is asked for', async () => {
    const statements = async (fields: string): Promise<number> => {
      graph.statements.reset();
      await graph.ask(`{ users { nodes { ${fields} } } }`, {}, { token });
      return graph.statements.sent.filter((text) => text.includes('"theme"')).length;
    };
    expect(await statements('profile { theme bio }')).toBe(1);
    expect(await statements('profile { bio }')).toBe(0);
  });
});
