import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AskOptions, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';
import { aPerson, alertsOf, codeOf, elsewhere, guess, historyOf, home, machine, signedIn, testConditions, trySignIn } from './securityActs.ts';
import { open, refresh } from './sessionActs.ts';

const clock = testClock();
const minute = 60;
const day = 86_400;
const wrong = (times: number): string[] => Array.from({ length: times }, () => 'INVALID_CREDENTIALS');

let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  const start = () => startGraph(database.url, { clock, environment: testConditions });
  [graph, other] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

/** What the right password brings, from a machine the person was never seen on. */
const rightPassword = async (login: string): Promise<string | null> => (await trySignIn(graph, login, testPassword, elsewhere)).code;

describe('an account', () => {
  it('is locked by 5 failures, for the right password as well', async () => {
    const { username } = await aPerson(database);
    expect(await guess(graph, username, 5)).toEqual(wrong(5));
    expect(await rightPassword(username)).toBe('ACCOUNT_LOCKED');
    expect(await guess(graph, username, 1)).toEqual(['ACCOUNT_LOCKED']);
  });

  it('is not locked by 4, and a success forgets them', async () => {
    const { username } = await aPerson(database);
    for (let round = 0; round < 3; round += 1) {
      const from = machine(`198.51.100.${round + 1}`);
      await guess(graph, username, 4, from);
      expect((await trySignIn(graph, username, testPassword, from)).code).toBeNull();
    }
  });

  it('is locked by failures counted together over two processes', async () => {
    const { username } = await aPerson(database);
    await guess(graph, username, 3);
    await guess(other, username, 2);
    expect(await rightPassword(username)).toBe('ACCOUNT_LOCKED');
    expect((await trySignIn(other, username, testPassword, elsewhere)).code).toBe('ACCOUNT_LOCKED');
  });

  it.each([
    { what: 'still locked a second before 15 minutes', wait: 15 * minute - 1, code: 'ACCOUNT_LOCKED' },
    { what: 'open after 15 minutes', wait: 15 * minute, code: null },
  ])('is $what', async ({ wait, code }) => {
    const { username } = await aPerson(database);
    await guess(graph, username, 5);
    clock.advanceSeconds(wait);
    expect(await rightPassword(username)).toBe(code);
  });

  it('is open after 15 minutes, however often somebody has tried meanwhile, and takes 5 more to be locked again', async () => {
    const { username } = await aPerson(database);
    await guess(graph, username, 5);
    clock.advanceSeconds(14 * minute);
    await guess(graph, username, 3);
    clock.advanceSeconds(minute);
    expect(await guess(graph, username, 4)).toEqual(wrong(4));
    expect(await rightPassword(username)).toBeNull();
  });

  it.each([
    { what: 'failures 15 minutes apart are in a row', apart: 15 * minute, code: 'ACCOUNT_LOCKED' },
    { what: 'failures further apart are not', apart: 15 * minute + 1, code: null },
  ])('$what', async ({ apart, code }) => {
    const { username } = await aPerson(database);
    for (let index = 0; index < 5; index += 1) {
      if (index > 0) clock.advanceSeconds(apart);
      await guess(graph, username, 1);
    }
    expect(await rightPassword(username)).toBe(code);
  });

  it('has one budget under its two names; under the one that was not tried only the right password is told so', async () => {
    const { username, email } = await aPerson(database);
    await guess(graph, email, 5);
    expect(await guess(graph, username, 1)).toEqual(['INVALID_CREDENTIALS']);
    expect(await rightPassword(username)).toBe('ACCOUNT_LOCKED');
    expect(await rightPassword(email.toUpperCase())).toBe('ACCOUNT_LOCKED');
  });

  it('lets any number in at once with the right password', async () => {
    const { username } = await aPerson(database);
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => trySignIn(index % 2 === 0 ? graph : other, username, testPassword, elsewhere)));
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => null));
  });

  it('counts no more than 5 of many guesses at once, and the right one among them comes too late', async () => {
    const person = await aPerson(database);
    const guesses = Array.from({ length: 40 }, (_, index) => trySignIn(index % 2 === 0 ? graph : other, person.username, `wrong ${index}`, elsewhere));
    const right = trySignIn(graph, person.username, testPassword, elsewhere);
    const codes = (await Promise.all(guesses)).map(({ code }) => code);
    expect(codes.filter((code) => code === null)).toEqual([]);
    expect((await right).code).toBe('ACCOUNT_LOCKED');
    const counted = await database.owner`select failures from sessions.lockouts where user_id = ${person.id}`;
    expect(counted.map(({ failures }) => failures)).toEqual([5, 5]);
    expect(await historyOf(database, person.id)).toHaveLength(41);
  });

  it('would let it in, were nobody to look at the lock: the test above can fail', async () => {
    const rewrite = (text: string): string => text.replace('"lockouts"."locked_until" > $', '"lockouts"."locked_until" < $');
    const weak = await startGraph(database.url, { clock, environment: testConditions, rewrite });
    const { username } = await aPerson(database);
    await guess(weak, username, 5);
    expect((await trySignIn(weak, username, testPassword, elsewhere)).code).toBeNull();
    await weak.stop();
  });

  it('tells its person once that it was locked', async () => {
    const person = await aPerson(database);
    await guess(graph, person.username, 8);
    expect(await alertsOf(database, person.id)).toEqual(['ACCOUNT_LOCKED HIGH', 'MULTIPLE_FAILED_LOGINS HIGH']);
  });

  it('is not locked by right passwords that lead nowhere', async () => {
    const { username } = await aPerson(database);
    for (let index = 0; index < 6; index += 1) expect((await trySignIn(graph, username, testPassword, elsewhere, { tenant: 'nowhere' })).code).toBe('TENANT_UNKNOWN');
    expect(await rightPassword(username)).toBeNull();
  });
});

describe('a login nobody goes by', () => {
  it.each([
    ['a username', 'nobody_at_all'],
    ['an address', 'nobody@kith.test'],
    ['a name too long for anybody', 'x'.repeat(300)],
  ])('is answered, locked and unlocked exactly like one that somebody goes by: %s', async (_, unknown) => {
    const { username } = await aPerson(database);
    const answers = async (login: string): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let index = 0; index < 7; index += 1) {
        seen.push(await mutate(graph, 'sessionSignIn', { login, password: `wrong password ${index}` }, 'accessToken twoFactorToken user { id } session { id } errors { code message path }', elsewhere));
      }
      clock.advanceSeconds(15 * minute);
      seen.push(await guess(graph, login, 1));
      return seen;
    };
    expect(await answers(unknown)).toEqual(await answers(username));
  });
});

describe('a known device', () => {
  const locked = async (): Promise<TestPerson> => {
    const person = await aPerson(database);
    await signedIn(graph, person, home);
    await guess(graph, person.username, 6, elsewhere);
    return person;
  };
  const from = async (person: TestPerson, options: AskOptions): Promise<string | null> => (await trySignIn(graph, person.username, testPassword, options)).code;
  const browser = home.headers?.['user-agent'];
  const cookie = async (person: TestPerson, options: AskOptions): Promise<string> => {
    const { headers } = await graph.ask(
      'mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken } }',
      { input: { login: person.username, password: testPassword, refreshTokenIn: 'COOKIE' } },
      options,
    );
    return headers.get('set-cookie')?.split(';')[0] ?? '';
  };

  it('is not shut out by failures from elsewhere, and signing in there unlocks nothing elsewhere', async () => {
    const person = await locked();
    expect(await from(person, elsewhere)).toBe('ACCOUNT_LOCKED');
    expect(await from(person, home)).toBeNull();
    expect(await from(person, elsewhere)).toBe('ACCOUNT_LOCKED');
  });

  it.each([
    ['another browser on the same network', machine('203.0.113.7', 'curl/8.9.1')],
    ['the same browser on another network', machine('203.0.113.8', browser)],
    ['a client that says nothing of itself', machine('203.0.113.7', '')],
  ])('is not %s', async (_, stranger) => {
    expect(await from(await locked(), stranger)).toBe('ACCOUNT_LOCKED');
  });

  it.each([
    { what: 'within the same /64', address: '2001:db8:1:2::ffff', code: null },
    { what: 'not outside of it', address: '2001:db8:1:3::1', code: 'ACCOUNT_LOCKED' },
  ])('over IPv6 is known $what', async ({ address, code }) => {
    const person = await aPerson(database);
    await signedIn(graph, person, machine('2001:db8:1:2::1'));
    await guess(graph, person.username, 5, elsewhere);
    expect(await from(person, machine(address))).toBe(code);
  });

  it('is known by a refresh token in its cookie, wherever it is', async () => {
    const person = await aPerson(database);
    const held = await cookie(person, home);
    await guess(graph, person.username, 5, elsewhere);
    const away = machine('192.0.2.99', 'curl/8.9.1');
    expect(await from(person, away)).toBe('ACCOUNT_LOCKED');
    expect(await from(person, { headers: { ...away.headers, cookie: held } })).toBeNull();
  });

  it("is not known by somebody else's refresh token", async () => {
    const person = await locked();
    const held = await cookie(await aPerson(database), elsewhere);
    expect(held).toMatch(/^kith_refresh=kr_/);
    expect(await from(person, { headers: { ...elsewhere.headers, cookie: held } })).toBe('ACCOUNT_LOCKED');
  });

  it.each([
    { what: 'a second before 90 days after it was last signed in on, though no session is left', wait: 90 * day - 1, code: null },
    { what: 'not after 90 days', wait: 90 * day, code: 'ACCOUNT_LOCKED' },
  ])('is known $what', async ({ wait, code }) => {
    const person = await aPerson(database);
    await signedIn(graph, person, home);
    await database.owner`delete from sessions.sessions where user_id = ${person.id}`;
    clock.advanceSeconds(wait);
    await guess(graph, person.username, 5, elsewhere);
    expect(await from(person, home)).toBe(code);
  });

  it.each([
    ['was signed out of', 'sessionSignOut', {}, null],
    ['lost its session to its person, as they do to a thief', 'sessionRevoke', { id: true }, 'ACCOUNT_LOCKED'],
    ['lost its session with a new password', 'userPasswordChange', { currentPassword: testPassword, newPassword: testPassword.replace('2026', '2027') }, 'ACCOUNT_LOCKED'],
  ])('that %s is known or not by that', async (_, mutation, input, code) => {
    const person = await aPerson(database);
    const there = await open(graph, { login: person.username, password: testPassword }, elsewhere);
    const token = mutation === 'sessionSignOut' ? there.accessToken : await signedIn(graph, person, home);
    expect(await codeOf(graph, mutation, 'id' in input ? { id: there.session.id } : input, { token })).toBeNull();
    const password = 'newPassword' in input ? input.newPassword : testPassword;
    await guess(graph, person.username, 6, machine('192.0.2.1'));
    expect((await trySignIn(graph, person.username, password, elsewhere)).code).toBe(code);
    if (code !== null) expect((await trySignIn(graph, person.username, password, home)).code).toBeNull();
  });

  it('is known no more once its refresh token turned up twice', async () => {
    const person = await aPerson(database);
    const { refreshToken } = await open(graph, { login: person.username, password: testPassword }, home);
    await refresh(graph, refreshToken, home);
    clock.advanceSeconds(11);
    expect((await refresh(graph, refreshToken, elsewhere)).code).toBe('REFRESH_TOKEN_INVALID');
    await guess(graph, person.username, 5, elsewhere);
    expect(await from(person, home)).toBe('ACCOUNT_LOCKED');
  });

  it('has a budget of its own: 5 failures lock it, and nothing but it', async () => {
    const person = await aPerson(database);
    await signedIn(graph, person, home);
    expect(await guess(graph, person.username, 6, home)).toEqual([...wrong(5), 'ACCOUNT_LOCKED']);
    expect(await from(person, home)).toBe('ACCOUNT_LOCKED');
    expect(await from(person, elsewhere)).toBeNull();
    expect(await alertsOf(database, person.id)).toContain('ACCOUNT_LOCKED HIGH');
  });
});

describe('somebody who is signed in', () => {
  it('has 5 guesses at the password in that session, and keeps nobody else out', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person, home);
    const change = (currentPassword: string) => codeOf(graph, 'userPasswordChange', { currentPassword, newPassword: 'Lantern-orbit-57-quiet' }, { ...home, token });
    for (let index = 0; index < 5; index += 1) expect(await change(`wrong ${index}`)).toBe('INVALID_CREDENTIALS');
    expect(await change(testPassword)).toBe('ACCOUNT_LOCKED');
    expect(await codeOf(graph, 'userTwoFactorSetUp', { password: testPassword }, { token })).toBe('ACCOUNT_LOCKED');
    expect(await from(person)).toBeNull();
    expect(await alertsOf(database, person.id)).toContain('ACCOUNT_LOCKED HIGH');
    clock.advanceSeconds(15 * minute);
    expect(await change(testPassword)).toBeNull();
  });
  const from = async (person: TestPerson): Promise<string | null> => (await trySignIn(graph, person.username, testPassword, home)).code;

  it('can change the password although the account is locked for everybody else', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person, home);
    await guess(graph, person.username, 6, elsewhere);
    expect(await codeOf(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword: 'Lantern-orbit-57-quiet' }, { token })).toBeNull();
  });
});

it('a password of 129 characters is refused before it is hashed, and one of 128 is looked at', async () => {
  const person = await aPerson(database);
  const tries = async (length: number): Promise<string | null> => (await trySignIn(graph, person.username, 'x'.repeat(length), elsewhere)).code;
  expect(await tries(129)).toBe('INVALID_CREDENTIALS');
  expect(await tries(50_000)).toBe('INVALID_CREDENTIALS');
  expect(await tries(128)).toBe('INVALID_CREDENTIALS');
});
