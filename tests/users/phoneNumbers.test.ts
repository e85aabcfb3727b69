import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseContents } from '../drizzle/databaseContents.ts';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import { encryptionKeys } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';

const logLines: string[] = [];
let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
const tokens = new Map<string, string>();

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('chief').withMember('keeper_of_order', 'MODERATOR').withMember('vera').withMember('walter').in(database);
  await aTenant('away').withAdmin('stranger').in(database);
  graph = await startGraph(database.url, { environment: { ...generousLimits, LOG_LEVEL: 'trace' }, logLines });
  for (const name of ['chief', 'keeper_of_order', 'vera', 'walter', 'stranger']) tokens.set(name, await graph.signIn(name, { password: testPassword }));
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const idOf = (name: string): string => home.people[name]?.id ?? '';
const change = (phoneNumber: string | null, name = 'vera'): Promise<Answer['data']> => mutate(graph, 'userPhoneNumberChange', { phoneNumber }, 'user { phoneNumber } errors { code path }', { token: tokens.get(name) });
const read = async (by: string, of = 'vera', on = graph) => {
  const { data, errors } = await on.ask('query ($id: ID!) { user(id: $id) { phoneNumber } }', { id: idOf(of) }, { token: tokens.get(by) });
  return errors[0]?.extensions.code ?? data.user?.phoneNumber ?? null;
};

describe('a phone number', () => {
  it('is kept in its international form, changes, and goes', async () => {
    expect(await change(' +351 912-345-678 ')).toEqual({ user: { phoneNumber: '+351912345678' }, errors: [] });
    expect(await change('+1 (212) 555-2368')).toMatchObject({ errors: [] });
    expect(await read('vera')).toBe('+12125552368');
    expect(await change(null)).toEqual({ user: { phoneNumber: null }, errors: [] });
    expect(await database.owner`select user_id from users.phone_numbers`).toEqual([]);
  });

  it('is seen as it is now by each of two changes in one operation', async () => {
    const { data } = await graph.ask(
      'mutation ($a: UserPhoneNumberChangeInput!, $b: UserPhoneNumberChangeInput!) { a: userPhoneNumberChange(input: $a) { user { phoneNumber } } b: userPhoneNumberChange(input: $b) { user { phoneNumber } } }',
      { a: { phoneNumber: '+351912345678' }, b: { phoneNumber: '+351912345679' } },
      { token: tokens.get('vera') },
    );
    expect(data).toEqual({ a: { user: { phoneNumber: '+351912345678' } }, b: { user: { phoneNumber: '+351912345679' } } });
  });

  it.each(['912 345 678', 'call me on +351 912 345 678', '+351', '+999 123 456 789', '+351 912 345 678 ext. 5', '', `+351 912 345 678${' '.repeat(50)}9`, '+3519123456789012345'])('is not %j', async (text) => {
    await change('+351912345678');
    expect(await change(text)).toEqual({ user: null, errors: [{ code: 'PHONE_NUMBER_INVALID', path: ['input', 'phoneNumber'] }] });
    expect(await read('vera')).toBe('+351912345678');
  });

  it('is read by its person and the administrators of their tenant, and by nobody else', async () => {
    await change('+351912345678');
    expect(await Promise.all(['vera', 'chief', 'keeper_of_order', 'walter', 'stranger'].map((name) => read(name)))).toEqual(['+351912345678', '+351912345678', null, null, null]);
    expect((await graph.ask('mutation { userPhoneNumberChange(input: { phoneNumber: null }) { errors { code } } }')).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('is asked for in one statement, however many people there are, and not for those it is not shown of', async () => {
    await Promise.all([change('+351912345678'), change('+351912345679', 'walter')]);
    const cost = async (name: string) => {
      graph.statements.reset();
      const { data } = await graph.ask('{ users { nodes { phoneNumber } } }', {}, { token: tokens.get(name) });
      const numbers = data.users.nodes.filter(({ phoneNumber }: { phoneNumber: string | null }) => phoneNumber !== null).length;
      return { numbers, statements: graph.statements.calls.filter(({ text }) => text.includes('phone_numbers')).map(({ parameters }) => (parameters[0] as string | string[]).toString().split(',').length) };
    };
    expect(await cost('chief')).toEqual({ numbers: 2, statements: [4] });
    expect(await cost('walter')).toEqual({ numbers: 1, statements: [1] });
    await change(null, 'walter');
  });

  it('is guarded by the database too, which shows it to an administrator of the active tenant and not to a member', async () => {
    await change('+351912345678');
    const seen = async (by: string, role = 'kith_reader') => database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${idOf(by)}, true), set_config('kith.tenant_id', ${home.id}, true)`;
      await tx.unsafe(`set local role ${role}`);
      return (await tx`select user_id from users.phone_numbers`).length;
    });
    expect([await seen('vera'), await seen('chief'), await seen('walter'), await seen('keeper_of_order')]).toEqual([1, 1, 0, 0]);
    expect([await seen('chief', 'kith_users'), await seen('walter', 'kith_users')]).toEqual([1, 0]);
  });

  it('does not open when its ciphertext was moved to another person’s row, and nothing of it is told', async () => {
    await change('+351912345678');
    await database.owner`insert into users.phone_numbers select ${idOf('walter')}, number_encrypted, updated_at from users.phone_numbers where user_id = ${idOf('vera')}`;
    expect(await read('walter', 'walter')).toBe('INTERNAL');
    expect(await read('chief', 'vera')).toBe('+351912345678');
    await database.owner`delete from users.phone_numbers where user_id = ${idOf('walter')}`;
  });

  it('that was written with an old key still reads beside a new one, which writes', async () => {
    await change('+351912345678');
    const both = await startGraph(database.url, { environment: { ...generousLimits, ENCRYPTION_KEYS: `${encryptionKeys},2:${Buffer.alloc(32, 9).toString('base64')}` } });
    expect(await read('vera', 'vera', both)).toBe('+351912345678');
    await mutate(both, 'userPhoneNumberChange', { phoneNumber: '+351912345679' }, 'errors { code }', { token: tokens.get('vera') });
    expect(await database.owner`select left(number_encrypted, 2) as version from users.phone_numbers where user_id = ${idOf('vera')}`).toEqual([{ version: '2.' }]);
    expect(await read('vera', 'vera', both)).toBe('+351912345679');
    expect(await read('vera')).toBe('INTERNAL');
    await both.stop();
  });

  it('stands nowhere in clear: not in the database, not in the logs', async () => {
    await change('+351 966 777 888');
    await change('+351 966 777 888 999 000');
    const dump = JSON.stringify([await databaseContents(database.owner), await database.owner`select * from kith.events`, await database.owner`select payload::text from graphile_worker._private_jobs`]);
    expect(dump).toContain(idOf('vera'));
    expect(logLines.join('')).toContain(idOf('vera'));
    for (const piece of ['966777888', '966 777 888']) for (const text of [dump, logLines.join('')]) expect(text).not.toContain(piece);
  });
});
