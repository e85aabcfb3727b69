import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate, register } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

const day = 86_400;
const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let other: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  await aTenant('names').withMembers(20, 'namer').in(database);
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  other = await startGraph(database.url, { clock, environment: generousLimits });
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const signedIn = (email: string) => graph.signIn(email, { password: testPassword });
const emailOf = (number: number) => `namer${number}@test.kith.test`;

/** Gives a person another name as they are now. */
async function rename(token: string, username: string, version?: number, process = graph): Promise<Answer['data']> {
  const now = version ?? (await graph.ask('{ me { version } }', {}, { token })).data.me.version;
  return mutate(process, 'userUsernameChange', { version: now, username }, 'user { username version } errors { code path }', { token });
}

const codeOf = async (payload: Promise<Answer['data']>): Promise<string> => (await payload).errors[0]?.code ?? 'CHANGED';
const isAvailable = async (username: string, token?: string) =>
  (await graph.ask('query ($username: String!) { usernameAvailable(username: $username) }', { username }, { token })).data.usernameAvailable;

describe('changing a username', () => {
  it('gives another name, found from then on, and counts the version up', async () => {
    const token = await signedIn(emailOf(1));
    expect(await rename(token, '  First_Light ')).toEqual({ user: { username: 'First_Light', version: 2 }, errors: [] });
    const { data } = await graph.ask('{ a: userByUsername(username: "first_LIGHT") { username } b: userByUsername(username: "namer1") { username } }', {}, { token });
    expect(data).toEqual({ a: { username: 'First_Light' }, b: null });
    expect(await signedIn('FIRST_light')).toEqual(expect.any(String));
  });

  it('is refused by an outdated version, with the present state', async () => {
    const token = await signedIn(emailOf(2));
    await rename(token, 'namer_two');
    expect(await rename(token, 'namer_too', 1)).toEqual({ user: { username: 'namer_two', version: 2 }, errors: [{ code: 'VERSION_CONFLICT', path: ['input', 'version'] }] });
  });

  it.each([
    ['ab', 'USERNAME_INVALID'],
    ['abc', 'CHANGED'],
    ['u'.repeat(50), 'CHANGED'],
    ['u'.repeat(51), 'USERNAME_INVALID'],
    ['with space', 'USERNAME_INVALID'],
    ['with-dash', 'USERNAME_INVALID'],
    ['ünder', 'USERNAME_INVALID'],
    ['', 'USERNAME_INVALID'],
    ['NAMER4', 'USERNAME_TAKEN'],
  ])('to "%s" answers %s', async (username, expected) => {
    expect(await codeOf(rename(await signedIn(emailOf(3)), username))).toBe(expected);
  });

  it('to the same name in other capitals keeps no name in reserve', async () => {
    const token = await signedIn(emailOf(5));
    expect(await codeOf(rename(token, 'NAMER5'))).toBe('CHANGED');
    expect(await database.owner`select 1 from users.username_history where username_canonical = 'namer5'`).toEqual([]);
  });

  it('needs a signed-in person', async () => {
    const { errors } = await graph.ask('mutation { userUsernameChange(input: { version: 1, username: "anybody" }) { errors { code } } }');
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('a name that was given up', () => {
  it.each([
    ['at once', 0, 'USERNAME_TAKEN'],
    ['after 29 days', 29 * day, 'USERNAME_TAKEN'],
    ['a second before 30 days are over', 30 * day - 1, 'USERNAME_TAKEN'],
    ['after 30 days', 30 * day, 'CHANGED'],
  ])('%s', async (_, seconds, expected) => {
    const number = 6 + [0, 29 * day, 30 * day - 1, 30 * day].indexOf(seconds);
    const givenUpAt = clock.now();
    await rename(await signedIn(emailOf(number)), `left_${number}`);
    clock.advanceSeconds(seconds);
    expect(await isAvailable(`namer${number}`)).toBe(expected === 'CHANGED');
    expect(await codeOf(rename(await signedIn(emailOf(20)), `namer${number}`))).toBe(expected);
    clock.set(givenUpAt);
  });

  it('is reserved against registering as well', async () => {
    await rename(await signedIn(emailOf(10)), 'left_10');
    expect((await register(graph, { email: 'heir@kith.example', username: 'Namer10' })).errors[0]?.code).toBe('USERNAME_TAKEN');
  });

  it('can be taken back by whoever gave it up', async () => {
    const token = await signedIn(emailOf(11));
    await rename(token, 'left_11');
    expect(await isAvailable('namer11')).toBe(false);
    expect(await isAvailable('namer11', token)).toBe(true);
    expect(await codeOf(rename(token, 'namer11'))).toBe('CHANGED');
  });

  // Two transactions held open by hand, as two processes would meet at the worst moment.
  const takeWhileItIsGivenUp = async (db: TestDatabase): Promise<string> => {
    const { owner } = db;
    const [giver, taker] = await owner<{ id: string }[]>`select id from users.people where username_canonical in ('namer1', 'namer2') order by username_canonical`;
    const at = clock.now();
    let taking: Promise<string> | undefined;
    await owner.begin(async (tx) => {
      await tx`update users.people set username = 'gone_1', username_canonical = 'gone_1', updated_at = ${at} where id = ${giver?.id ?? ''}`;
      taking = owner`update users.people set username = 'namer1', username_canonical = 'namer1', updated_at = ${at} where id = ${taker?.id ?? ''}`.then(
        () => 'TAKEN OVER',
        (error: { constraint_name?: string; message: string }) => error.constraint_name ?? error.message,
      );
      // Until the other one waits for us.
      while ((await tx`select from pg_locks where not granted`).length === 0);
      await tx`insert into users.username_history values ('namer1', ${giver?.id ?? ''}, ${at}, ${new Date(at.getTime() + 30 * day * 1_000)})`;
    });
    return taking ?? 'NEVER TRIED';
  };

  it('cannot be taken at the very moment it is given up', async () => {
    const fresh = await testDatabase('migrated');
    await aTenant('racing').withMembers(2, 'namer').in(fresh);
    expect(await takeWhileItIsGivenUp(fresh)).toBe('people_username_taken');
    await fresh.drop();
  });

  it('could be, were it looked at in front of the unique index', async () => {
    const weakened = await testDatabase('migrated');
    await aTenant('racing').withMembers(2, 'namer').in(weakened);
    await weakened.owner.unsafe(`
      drop trigger username_free on users.people;
      create trigger username_free before insert or update of username_canonical on users.people for each row execute function users.check_username_free()`);
    // In front of it the function has to hand on the row.
    const [{ source } = { source: '' }] = await weakened.owner<{ source: string }[]>`select pg_get_functiondef('users.check_username_free'::regproc) as source`;
    await weakened.owner.unsafe(source.replace('return null;', 'return new;'));
    expect(await takeWhileItIsGivenUp(weakened)).toBe('TAKEN OVER');
    await weakened.drop();
  });
});

describe('two who want one name', () => {
  it('at once through two processes: one gets it', async () => {
    const tokens = await Promise.all([emailOf(12), emailOf(13)].map(signedIn));
    const codes = await Promise.all(tokens.map((token, index) => codeOf(rename(token, 'wanted', undefined, index === 0 ? graph : other))));
    expect(codes.toSorted()).toEqual(['CHANGED', 'USERNAME_TAKEN']);
  });
});

describe('whether a username is available', () => {
  it.each([
    ['nobody_has_it', true],
    ['NAMER14', false],
    ['  namer14 ', false],
    ['ｎａｍｅｒ14', false],
    ['ab', false],
    ['no-name', false],
    ['u'.repeat(51), false],
  ])('"%s": %s', async (username, expected) => {
    expect(await isAvailable(username)).toBe(expected);
  });

  it("counts one's own as available", async () => {
    expect(await isAvailable('namer15', await signedIn(emailOf(15)))).toBe(true);
  });

  it('is told across tenants, of people who are not to be seen', async () => {
    await aTenant('far').withMember('far_away').in(database);
    const token = await signedIn(emailOf(16));
    expect((await graph.ask('{ userByUsername(username: "far_away") { id } }', {}, { token })).data.userByUsername).toBeNull();
    expect(await isAvailable('far_away', token)).toBe(false);
  });
});
