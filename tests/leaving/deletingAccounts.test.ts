import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mailsTo } from '../harness/mailbox.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { mailedRestoreToken } from './leaver.ts';

const start = new Date();
const clock = testClock(start);
const day = 86_400_000;
const atDay = (days: number, milliseconds = 0): void => clock.set(new Date(start.getTime() + days * day + milliseconds));

let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let platform: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('platform_boss').withMembers(40).in(database);
  await database.owner`update users.people set platform_administrator = true where username = 'platform_boss'`;
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  platform = await signIn('platform_boss');
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const signIn = (username: string, tenant?: string): Promise<string> => graph.signIn(username, { password: testPassword, ...(tenant === undefined ? {} : { tenant }) });
const remove = (input: object, token?: string): Promise<Answer['data']> => mutate(graph, 'userDelete', input, 'restorableUntil errors { code message path }', { token });
const restore = (input: object, token?: string): Promise<Answer['data']> => mutate(graph, 'userRestore', input, 'restored errors { code path }', { token });
const codes = (payload: { errors: { code: string }[] }) => payload.errors.map(({ code }) => code);
const topLevelCode = (payload: Promise<unknown>) => payload.then(() => 'ALLOWED', (error: Error) => /"code":"(\w+)"/.exec(error.message)?.[1]);
const rowOf = async (id: string) => (await database.owner`select status, status_reason, deleted_at, deleted_by, suspended_until from users.people where id = ${id}`)[0];
const personCalled = (username: string): TestPerson => {
  const found = home.people[username];
  if (found === undefined) throw new Error(`${username} is not there`);
  return found;
};
let used = 0;
const somebody = (): TestPerson => personCalled(`member${(used += 1)}`);

describe('deleting oneself', () => {
  it('signs out everywhere, hides, keeps out, is recorded and mailed, and can be undone for 30 days', async () => {
    const { id, username, email } = somebody();
    const token = await signIn(username);
    const other = await signIn(username);
    const { restorableUntil, errors } = await remove({ confirmUsername: username.toUpperCase(), reason: ' Enough. ' }, token);
    expect([errors, restorableUntil]).toEqual([[], new Date(start.getTime() + 30 * day).toISOString()]);
    expect(await rowOf(id)).toMatchObject({ status: 'DELETED', deleted_at: start, deleted_by: id });
    for (const ended of [token, other]) await eventually(() => graph.ask('{ me { id } }', {}, { token: ended }), (answer) => answer.errors[0]?.extensions.code === 'UNAUTHENTICATED', 1_000);
    await expect(signIn(username)).rejects.toThrow('INVALID_CREDENTIALS');
    const boss = await signIn('platform_boss');
    expect((await graph.ask('query ($id: ID!) { user(id: $id) { id } }', { id }, { token: boss })).data.user).toBeNull();
    expect(await database.owner`select from_status, to_status, reason, actor_id from users.status_changes where user_id = ${id}`).toEqual([{ from_status: 'ACTIVE', to_status: 'DELETED', reason: 'Enough.', actor_id: id }]);
    expect(await database.owner`select actor_id, before, after from tenants.audit_entries where action = 'user.delete' and target_id = ${id}`).toEqual([
      { actor_id: id, before: { status: 'ACTIVE' }, after: { status: 'DELETED' } },
    ]);
    const restoreToken = await mailedRestoreToken(database, email);
    const kept = await database.owner<{ text: string }[]>`select d::text as text from users.deletions d where user_id = ${id}`;
    expect(kept[0]?.text).not.toContain(restoreToken);
    expect(await restore({ token: restoreToken })).toEqual({ restored: true, errors: [] });
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE', deleted_at: null, deleted_by: null });
    expect(await signIn(username)).toEqual(expect.any(String));
    expect(codes(await restore({ token: restoreToken }))).toEqual(['RESTORE_TOKEN_INVALID']);
  });

  it('wants the username, and changes nothing without it', async () => {
    const { id, username } = somebody();
    const token = await signIn(username);
    for (const confirmUsername of ['', 'boss', `${username} x`]) expect(codes(await remove({ confirmUsername }, token))).toEqual(['CONFIRMATION_MISMATCH']);
    expect(codes(await remove({ confirmUsername: username, reason: 'r'.repeat(501) }, token))).toEqual(['FIELD_TOO_LONG']);
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('leaves no tenant without an administrator, and says which it would', async () => {
    const { errors } = await remove({ confirmUsername: 'boss' }, await signIn('boss'));
    expect(errors).toEqual([{ code: 'LAST_ADMINISTRATOR', message: expect.stringContaining('Tenant home'), path: ['input', 'id'] }]);
  });

  it('of two last administrators at once succeeds for one', async () => {
    for (let round = 0; round < 8; round += 1) {
      const names = [`one_${round}`, `two_${round}`];
      const tenant = await aTenant(`pair-${round}`).withAdmin(`one_${round}`).withAdmin(`two_${round}`).in(database);
      const tokens = await Promise.all(names.map((name) => signIn(name)));
      const outcomes = await Promise.all(names.map(async (confirmUsername, index) => codes(await remove({ confirmUsername }, tokens[index])).join()));
      expect(outcomes.toSorted(), tenant.slug).toEqual(['', 'LAST_ADMINISTRATOR']);
    }
  });

  it('by two requests at once happens once', async () => {
    const { id, username, email } = somebody();
    const tokens = await Promise.all([signIn(username), signIn(username), signIn(username)]);
    const outcomes = await Promise.allSettled(tokens.map((token) => remove({ confirmUsername: username }, token)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled' && codes(outcome.value).length === 0)).toHaveLength(1);
    await mailedRestoreToken(database, email);
    expect(await database.owner`select 1 from kith.events where user_id = ${id} and name = 'user.deleted'`).toHaveLength(1);
  });
});

describe('deleting others', () => {
  it('is for administrators of the platform alone', async () => {
    const { id, username } = somebody();
    const boss = await signIn('boss');
    expect(await topLevelCode(remove({ id, confirmUsername: username }))).toBe('UNAUTHENTICATED');
    for (const token of [boss, await signIn('member40')]) expect(await topLevelCode(remove({ id, confirmUsername: username }, token))).toBe('FORBIDDEN');
    expect(codes(await remove({ id, confirmUsername: username }, platform))).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ status: 'DELETED', deleted_by: personCalled('platform_boss').id });
    expect(codes(await remove({ id, confirmUsername: username }, platform))).toEqual(['STATUS_UNCHANGEABLE']);
  });

  it.each(['01890000-0000-7000-8000-000000000000', 'nobody'])('finds nobody under %s', async (id) => {
    expect(codes(await remove({ id, confirmUsername: 'x' }, platform))).toEqual(['USER_UNKNOWN']);
  });

  it('is refused by the database, were the service to forget to', async () => {
    const { id } = somebody();
    const attempt = database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${personCalled('boss').id}, true)`;
      await tx`set local role kith_users`;
      await tx`select users.delete_account(${id}, null, now())`;
    });
    await expect(attempt).rejects.toThrow('not theirs to delete');
  });
});

describe('restoring', () => {
  it('puts a suspension back, with its end and its reason', async () => {
    const { id, username } = somebody();
    const until = new Date(start.getTime() + 60 * day);
    await database.owner`update users.people set status = 'SUSPENDED', status_reason = 'Spam.', suspended_until = ${until} where id = ${id}`;
    await remove({ id, confirmUsername: username }, platform);
    expect(await restore({ id }, platform)).toEqual({ restored: true, errors: [] });
    expect(await rowOf(id)).toMatchObject({ status: 'SUSPENDED', status_reason: 'Spam.', suspended_until: until, deleted_at: null });
  });

  it('by id is for administrators of the platform', async () => {
    const { id, username } = somebody();
    await remove({ id, confirmUsername: username }, platform);
    expect(await topLevelCode(restore({ id }))).toBe('UNAUTHENTICATED');
    expect(await topLevelCode(restore({ id }, await signIn('boss')))).toBe('FORBIDDEN');
    expect(codes(await restore({ id: personCalled('member40').id }, platform))).toEqual(['USER_UNKNOWN']);
    expect(codes(await restore({ id }, platform))).toEqual([]);
    expect(codes(await restore({ id }, platform))).toEqual(['USER_UNKNOWN']);
  });

  it.each(['', 'kd_', `kd_${'A'.repeat(43)}`, 'x'.repeat(5_000)])('by what is no token answers as one that is used up: %.10s', async (token) => {
    expect(await restore({ token })).toEqual({ restored: null, errors: [{ code: 'RESTORE_TOKEN_INVALID', path: ['input', 'token'] }] });
  });

  it('works until the last moment of the 30 days, and not a millisecond longer', async () => {
    const [inTime, late] = [somebody(), somebody()];
    for (const { id, username } of [inTime, late]) await remove({ id, confirmUsername: username }, platform);
    const tokens = await Promise.all([inTime, late].map(({ email }) => mailedRestoreToken(database, email)));
    atDay(30);
    expect(codes(await restore({ token: tokens[0] }))).toEqual([]);
    atDay(30, 1);
    expect(codes(await restore({ token: tokens[1] }))).toEqual(['RESTORE_TOKEN_INVALID']);
    atDay(0);
  });

  it('by many at once happens once', async () => {
    const { id, username, email } = somebody();
    await remove({ id, confirmUsername: username }, platform);
    const token = await mailedRestoreToken(database, email);
    const outcomes = await Promise.all(Array.from({ length: 10 }, async () => codes(await restore({ token })).join()));
    expect(outcomes.filter((outcome) => outcome === '')).toHaveLength(1);
    expect(await database.owner`select 1 from kith.events where user_id = ${id} and name = 'user.restored'`).toHaveLength(1);
  });

  it('is no way round the status machine: the database lets nobody back otherwise', async () => {
    const { id, username } = somebody();
    await remove({ id, confirmUsername: username }, platform);
    const back = (status: string, at: Date) =>
      database.owner`update users.people set status = ${status}, deleted_at = null, updated_at = ${at} where id = ${id}`.then(() => 'BACK', (error: { constraint_name?: string }) => error.constraint_name);
    expect(await back('BANNED', start)).toBe('people_status_machine');
    expect(await back('ACTIVE', new Date(start.getTime() + 30 * day + 1))).toBe('people_status_machine');
    await database.owner`insert into users.erasures (user_id, started_at) values (${id}, ${start})`;
    expect(await back('ACTIVE', start)).toBe('people_status_machine');
    await database.owner`delete from users.erasures where user_id = ${id}`;
    expect(await back('ACTIVE', start)).toBe('BACK');
  });
});

it('the mail of a deletion that was undone meanwhile brings nothing back', async () => {
  const { id, username, email } = somebody();
  await remove({ id, confirmUsername: username }, platform);
  await restore({ id }, platform);
  await eventually(() => database.owner`select 1 from graphile_worker.jobs where task_identifier = 'users.mail_deletion'`, (jobs) => jobs.length === 0);
  for (const { text } of await mailsTo(database, email)) expect(codes(await restore({ token: /kd_[A-Za-z0-9_-]{43}/.exec(text ?? '')?.[0] ?? '' }))).toEqual(['RESTORE_TOKEN_INVALID']);
});
