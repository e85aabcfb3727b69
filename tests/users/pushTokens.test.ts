import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import { pushTokenPlace } from '@kith/users/domain/pushToken.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseContents } from '../drizzle/databaseContents.ts';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';

const clock = testClock();
const keys = new Map([[1, Buffer.alloc(32, 7)]]);
let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;
let place: TestTenant;
const tokens = new Map<string, string>();

beforeAll(async () => {
  database = await testDatabase('migrated');
  place = await aTenant('place').withAdmin('chief').withMember('vera').withMember('walter').in(database);
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  other = await startGraph(database.url, { clock, environment: generousLimits });
  for (const name of Object.keys(place.people)) tokens.set(name, await graph.signIn(name, { password: testPassword }));
});
beforeEach(async () => {
  await database.owner`delete from users.push_tokens`;
  await database.owner`delete from kith.events where name like 'user.token%'`;
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const idOf = (name: string): string => place.people[name]?.id ?? '';
const shown = 'id platform deviceName appVersion tokenEnding registeredAt lastUsedAt';
const register = (name: string, input: object, process = graph): Promise<Answer['data']> =>
  mutate(process, 'pushTokenRegister', { platform: 'IOS', ...input }, `pushToken { ${shown} } errors { code path }`, { token: tokens.get(name) });
const devicesOf = async (name: string, args = '') => (await graph.ask(`{ me { pushTokens${args} { nodes { ${shown} } totalCount pageInfo { hasNextPage endCursor } } } }`, {}, { token: tokens.get(name) })).data.me.pushTokens;
const events = async () => (await database.owner<{ told: string }[]>`select name || ' ' || user_id as told from kith.events where name like 'user.token%' order by occurred_at, id`).map(({ told }) => told);

describe('a device', () => {
  it('is registered once, renewed ever after, and never shows its token', async () => {
    const first = await register('vera', { token: ' the-token-of-a-phone-1234 ', deviceName: ' Vera’s phone ', appVersion: '1.0' });
    expect(first).toEqual({ pushToken: { id: expect.any(String), platform: 'IOS', deviceName: 'Vera’s phone', appVersion: '1.0', tokenEnding: '1234', registeredAt: clock.now().toISOString(), lastUsedAt: clock.now().toISOString() }, errors: [] });
    clock.advanceSeconds(60);
    const again = await register('vera', { token: 'the-token-of-a-phone-1234', platform: 'ANDROID' });
    expect(again.pushToken).toEqual({ ...first.pushToken, platform: 'ANDROID', deviceName: null, appVersion: null, lastUsedAt: clock.now().toISOString() });
    expect(await devicesOf('vera')).toMatchObject({ nodes: [again.pushToken], totalCount: 1 });
    expect(await events()).toEqual([`user.token_registered ${idOf('vera')}`, `user.token_updated ${idOf('vera')}`]);
  });

  it('is kept encrypted, bound to its row, and stands nowhere in clear', async () => {
    const token = 'a-token-nobody-else-has-in-clear';
    const { pushToken } = await register('vera', { token });
    const [row] = await database.owner<{ encrypted: string }[]>`select token_encrypted as encrypted from users.push_tokens where id = ${pushToken.id}`;
    expect(decryptField(keys, pushTokenPlace(pushToken.id), row?.encrypted ?? '')).toBe(token);
    expect(() => decryptField(keys, pushTokenPlace(idOf('vera')), row?.encrypted ?? '')).toThrow();
    const dump = JSON.stringify(await databaseContents(database.owner));
    expect(dump).toContain(pushToken.id);
    expect(dump).not.toContain(token);
  });

  it('that changes hands is the new owner’s alone, under another id', async () => {
    const token = 'a-phone-that-was-sold';
    const { pushToken: sold } = await register('vera', { token, deviceName: 'Vera’s old phone' });
    const { pushToken: bought } = await register('walter', { token });
    expect(bought).toMatchObject({ deviceName: null });
    expect(bought.id).not.toBe(sold.id);
    expect([(await devicesOf('vera')).totalCount, (await devicesOf('walter')).totalCount]).toEqual([0, 1]);
    expect((await events()).toSorted()).toEqual([`user.token_deleted ${idOf('vera')}`, `user.token_registered ${idOf('vera')}`, `user.token_registered ${idOf('walter')}`].toSorted());
    const [row] = await database.owner<{ encrypted: string }[]>`select token_encrypted as encrypted from users.push_tokens where id = ${bought.id}`;
    expect(decryptField(keys, pushTokenPlace(bought.id), row?.encrypted ?? '')).toBe(token);
  });

  it('that many register at once, in two processes, is one device of one of them', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => register(['vera', 'walter', 'chief'][index % 3] ?? 'vera', { token: 'one-phone-in-many-hands' }, index % 2 === 0 ? graph : other)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await database.owner`select count(*)::int as count from users.push_tokens`).toEqual([{ count: 1 }]);
    const told = await events();
    const [holder] = await database.owner<{ id: string }[]>`select user_id as id from users.push_tokens`;
    for (const name of ['vera', 'walter', 'chief']) {
      const count = (kind: string): number => told.filter((event) => event === `user.token_${kind} ${idOf(name)}`).length;
      expect(count('registered') - count('deleted'), name).toBe(holder?.id === idOf(name) ? 1 : 0);
    }
  });

  it('of somebody who has 20 makes the one not used for longest go, also when many are registered at once', async () => {
    for (let index = 0; index < 20; index += 1) {
      clock.advanceSeconds(1);
      await register('vera', { token: `device-number-${1_000 + index}` });
    }
    clock.advanceSeconds(1);
    await register('vera', { token: 'device-number-1000' });
    clock.advanceSeconds(1);
    await register('vera', { token: 'device-number-1020' });
    const endings = (await devicesOf('vera', '(first: 200)')).nodes.map(({ tokenEnding }: { tokenEnding: string }) => tokenEnding);
    expect(endings).toEqual(['1020', '1000', ...Array.from({ length: 18 }, (_, index) => String(1_019 - index))]);
    clock.advanceSeconds(1);
    await Promise.all(Array.from({ length: 10 }, (_, index) => register('vera', { token: `device-at-once-${2_000 + index}` }, index % 2 === 0 ? graph : other)));
    const { nodes, totalCount } = await devicesOf('vera', '(first: 200)');
    expect([nodes.length, totalCount]).toEqual([20, 20]);
    expect((await events()).filter((event) => event.startsWith('user.token_deleted'))).toHaveLength(11);
  });

  it.each([
    ['a token of 7 characters', { token: '1234567' }, ['PUSH_TOKEN_INVALID', 'token']],
    ['a token of 8 characters', { token: '12345678' }, null],
    ['a token of 4,096 characters', { token: 't'.repeat(4_096) }, null],
    ['a token of 4,097 characters', { token: 't'.repeat(4_097) }, ['PUSH_TOKEN_INVALID', 'token']],
    ['a token with a space in it', { token: 'a token with spaces' }, ['PUSH_TOKEN_INVALID', 'token']],
    ['a token that nobody can see', { token: '\u200B'.repeat(20) }, ['PUSH_TOKEN_INVALID', 'token']],
    ['a name of 100 characters', { token: 'some-token', deviceName: '𝄞'.repeat(100) }, null],
    ['a name of 101 characters', { token: 'some-token', deviceName: '𝄞'.repeat(101) }, ['FIELD_TOO_LONG', 'deviceName']],
    ['a version of 51 characters', { token: 'some-token', appVersion: 'v'.repeat(51) }, ['FIELD_TOO_LONG', 'appVersion']],
  ])('%s', async (_, input, refusal) => {
    const { pushToken, errors } = await register('vera', input);
    if (refusal === null) return expect([pushToken === null, errors]).toEqual([false, []]);
    const [code, field] = refusal;
    return expect([pushToken, errors]).toEqual([null, [{ code, path: ['input', field] }]]);
  });
});

describe('the list of devices', () => {
  it('goes on page by page, the one used last in front', async () => {
    for (let index = 0; index < 5; index += 1) {
      clock.advanceSeconds(1);
      await register('vera', { token: `paged-device-${3_000 + index}` });
    }
    const endings = (page: { nodes: { tokenEnding: string }[] }) => page.nodes.map(({ tokenEnding }) => tokenEnding);
    const first = await devicesOf('vera', '(first: 3)');
    expect([endings(first), first.pageInfo.hasNextPage]).toEqual([['3004', '3003', '3002'], true]);
    expect(endings(await devicesOf('vera', `(first: 3, after: "${first.pageInfo.endCursor}")`))).toEqual(['3001', '3000']);
    expect(endings(await devicesOf('vera', '(last: 2)'))).toEqual(['3001', '3000']);
  });

  it('is nobody else’s to read or to change', async () => {
    const { pushToken } = await register('vera', { token: 'the-phone-of-vera' });
    for (const name of ['walter', 'chief']) {
      const { data } = await graph.ask('query ($id: ID!) { user(id: $id) { pushTokens { totalCount } } }', { id: idOf('vera') }, { token: tokens.get(name) });
      expect(data.user).toEqual({ pushTokens: null });
    }
    const remove = (name: string, id = pushToken.id): Promise<Answer['data']> => mutate(graph, 'pushTokenRemove', { id }, 'removedId errors { code path }', { token: tokens.get(name) });
    const unknown = { removedId: null, errors: [{ code: 'PUSH_TOKEN_UNKNOWN', path: ['input', 'id'] }] };
    expect(await remove('walter')).toEqual(unknown);
    expect(await remove('vera', 'nothing')).toEqual(unknown);
    expect(await remove('vera')).toEqual({ removedId: pushToken.id, errors: [] });
    expect(await remove('vera')).toEqual(unknown);
    expect(await events()).toContain(`user.token_deleted ${idOf('vera')}`);
  });

  it('would be anybody’s without the mark in the contract and the policy of the database', async () => {
    await register('vera', { token: 'the-phone-of-vera' });
    const seen = async () => database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${idOf('walter')}, true)`;
      await tx`set local role kith_reader`;
      return (await tx`select id from users.push_tokens`).length;
    });
    expect(await seen()).toBe(0);
    await database.owner.unsafe('create policy planted on users.push_tokens for select to kith_reader using (true)');
    expect(await seen()).toBe(1);
    await database.owner.unsafe('drop policy planted on users.push_tokens');
  });

  it.each([['pushTokenRegister', 'token: "12345678", platform: WEB'], ['pushTokenRemove', 'id: "x"']])('%s needs a signed-in person', async (name, input) => {
    const { errors } = await graph.ask(`mutation { ${name}(input: { ${input} }) { errors { code } } }`);
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
