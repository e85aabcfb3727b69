import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { usersJobs } from '@kith/users/jobs.ts';
import { usersParts, usersSettings } from '@kith/users/usersParts.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate, register } from '../harness/registration.ts';
import { testEnvironment } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';

const clock = testClock();
const day = 86_400_000;
let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let away: TestTenant;
let admin: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  away = await aTenant('away').withAdmin('boss_away').withMember('stranger').in(database);
  home = await aTenant('home')
    .withAdmin('boss')
    .withAdmin('other_boss')
    .withMember('mod', 'MODERATOR')
    .withMember('platform_boss')
    .withPerson(person(away, 'boss_away'))
    .withMembers(60)
    .in(database);
  await database.owner`update users.people set platform_administrator = true where username = 'platform_boss'`;
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  admin = await graph.signIn('boss', { password: testPassword });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

function person(tenant: TestTenant, username: string) {
  const found = tenant.people[username];
  if (found === undefined) throw new Error(`${username} is not there`);
  return found;
}

let used = 0;
/** Somebody nobody has done anything to yet. */
const somebody = () => person(home, `member${(used += 1)}`);

const fields = 'user { id status statusReason suspendedUntil version } errors { code path }';
type Act = 'userSuspend' | 'userBan' | 'userReinstate';
const act = (name: Act, input: object, token = admin): Promise<Answer['data']> => mutate(graph, name, input, fields, { token });
const suspend = (id: string, more: object = {}, token = admin) => act('userSuspend', { id, reason: 'a reason', ...more }, token);
const ban = (id: string, token = admin) => act('userBan', { id, reason: 'a reason' }, token);
const reinstate = (id: string, token = admin) => act('userReinstate', { id }, token);
const topLevelCode = (payload: Promise<Answer['data']>) => payload.then(() => 'ALLOWED', (error: Error) => /"code":"(\w+)"/.exec(error.message)?.[1]);
const rowOf = async (id: string) => (await database.owner`select status, status_reason, status_changed_by, status_changed_at, suspended_until from users.people where id = ${id}`)[0];

describe('suspending', () => {
  it('lasts 7 days unless said otherwise, with reason and actor', async () => {
    const { id } = somebody();
    const { user, errors } = await act('userSuspend', { id, reason: '  Spam.  ' });
    const ends = new Date(clock.now().getTime() + 7 * day);
    expect(errors).toEqual([]);
    expect(user).toEqual({ id, status: 'SUSPENDED', statusReason: 'Spam.', suspendedUntil: ends.toISOString(), version: 2 });
    expect(await rowOf(id)).toMatchObject({ status_changed_by: person(home, 'boss').id, status_changed_at: clock.now(), suspended_until: ends });
  });

  it.each([
    ['an hour ahead', 3_600_000, null],
    ['a millisecond ahead', 1, null],
    ['now', 0, 'UNTIL_INVALID'],
    ['a day ago', -day, 'UNTIL_INVALID'],
    ['a year ahead', 'a year', null],
    ['a year and a millisecond ahead', 'more', 'UNTIL_INVALID'],
  ])('until %s', async (_, ahead, refusal) => {
    const year = new Date(clock.now());
    year.setUTCFullYear(year.getUTCFullYear() + 1);
    const until = typeof ahead === 'number' ? new Date(clock.now().getTime() + ahead) : new Date(year.getTime() + (ahead === 'more' ? 1 : 0));
    const { user, errors } = await suspend(somebody().id, { until: until.toISOString() });
    if (refusal === null) expect([user.suspendedUntil, errors]).toEqual([until.toISOString(), []]);
    else expect([user, errors]).toEqual([null, [{ code: refusal, path: ['input', 'until'] }]]);
  });

  it.each([
    ['no reason', ''],
    ['only spaces', '   '],
    ['501 characters', 'r'.repeat(501)],
  ])('and banning want a reason, not %s', async (_, reason) => {
    const { id } = somebody();
    for (const name of ['userSuspend', 'userBan'] as const) expect((await act(name, { id, reason })).errors).toEqual([{ code: 'REASON_REQUIRED', path: ['input', 'reason'] }]);
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('takes a reason of 500 characters', async () => {
    expect((await suspend(somebody().id, { reason: '𝄞'.repeat(500) })).errors).toEqual([]);
  });

  it('signs the person out and keeps them out, until they are reinstated', async () => {
    const { id, username } = somebody();
    const token = await graph.signIn(username, { password: testPassword });
    const living = () => database.owner`select id from sessions.sessions where user_id = ${id} and revoked_at is null`;
    expect(await living()).toHaveLength(1);
    await suspend(id);
    expect(await living()).toEqual([]);
    await eventually(() => graph.ask('{ me { id } }', {}, { token }), ({ errors }) => errors[0]?.extensions.code === 'UNAUTHENTICATED', 1_000);
    await expect(graph.signIn(username, { password: testPassword })).rejects.toThrow('ACCOUNT_SUSPENDED');
    expect((await reinstate(id)).user).toMatchObject({ status: 'ACTIVE', statusReason: null, suspendedUntil: null });
    expect(await graph.signIn(username, { password: testPassword })).toEqual(expect.any(String));
  });

  it('is recorded, audited and told of together', async () => {
    const { id } = somebody();
    await suspend(id, { reason: 'for the record' });
    const actor = person(home, 'boss').id;
    expect(await database.owner`select from_status, to_status, reason, actor_id from users.status_changes where user_id = ${id}`).toEqual([
      { from_status: 'ACTIVE', to_status: 'SUSPENDED', reason: 'for the record', actor_id: actor },
    ]);
    expect(await database.owner`select payload, tenant_id from kith.events where user_id = ${id} and name = 'user.status_changed'`).toEqual([
      { payload: { from: 'ACTIVE', to: 'SUSPENDED', actorId: actor }, tenant_id: home.id },
    ]);
    const [entry] = await database.owner`select tenant_id, actor_id, action, target_type, before, after, ip_address, request_id from tenants.audit_entries where target_id = ${id}`;
    expect(entry).toMatchObject({ tenant_id: home.id, actor_id: actor, action: 'user.suspend', target_type: 'user', before: { status: 'ACTIVE' }, after: { status: 'SUSPENDED', reason: 'for the record' }, ip_address: '127.0.0.1' });
  });

  it('leaves nothing when one of these cannot be written', async () => {
    const { id } = somebody();
    await database.owner.unsafe(`
      create function tenants.fail() returns trigger language plpgsql as $$ begin raise exception 'no audit today'; end $$;
      create trigger fail before insert on tenants.audit_entries for each row execute function tenants.fail()`);
    await expect(suspend(id)).rejects.toThrow('INTERNAL');
    await database.owner.unsafe('drop trigger fail on tenants.audit_entries');
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
    expect(await database.owner`select 1 from users.status_changes where user_id = ${id}`).toEqual([]);
  });
});

describe('the status machine', () => {
  const states = ['PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED'] as const;
  const allowed: Record<string, readonly string[]> = {
    PENDING_VERIFICATION: ['ACTIVE', 'DELETED'],
    ACTIVE: ['SUSPENDED', 'BANNED', 'DELETED'],
    SUSPENDED: ['ACTIVE', 'BANNED', 'DELETED'],
    BANNED: ['ACTIVE', 'DELETED'],
    DELETED: [],
  };
  const pairs = states.flatMap((from) => states.map((to) => ({ from, to, may: allowed[from]?.includes(to) === true })));
  const whatGoesWith = (status: string) => ({ status, suspended_until: status === 'SUSPENDED' ? new Date() : null, deleted_at: status === 'DELETED' ? new Date() : null });

  it('has 25 pairs, 10 of them allowed', () => {
    expect([pairs.length, pairs.filter(({ may }) => may).length]).toEqual([25, 10]);
  });

  it.each(pairs)('from $from to $to: $may', async ({ from, to, may }) => {
    const { id } = person(home, 'member60');
    const put = (status: string) => database.owner`update users.people set ${database.owner(whatGoesWith(status))} where id = ${id}`;
    await database.owner`alter table users.people disable trigger status_machine`;
    await put(from);
    await database.owner`alter table users.people enable trigger status_machine`;
    const outcome = await put(to).then(() => 'CHANGED', (error: { constraint_name?: string }) => error.constraint_name);
    expect(outcome).toBe(may ? 'CHANGED' : 'people_status_machine');
  });

  it('would let everything through without its trigger', async () => {
    const { id } = person(home, 'member60');
    await database.owner`alter table users.people disable trigger status_machine`;
    await database.owner`update users.people set ${database.owner(whatGoesWith('DELETED'))} where id = ${id}`;
    await database.owner`update users.people set ${database.owner(whatGoesWith('ACTIVE'))} where id = ${id}`;
    await database.owner`alter table users.people enable trigger status_machine`;
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
  });

  it.each([
    ['PENDING_VERIFICATION', { userSuspend: false, userBan: false, userReinstate: false }],
    ['ACTIVE', { userSuspend: true, userBan: true, userReinstate: false }],
    ['SUSPENDED', { userSuspend: false, userBan: true, userReinstate: true }],
    ['BANNED', { userSuspend: false, userBan: false, userReinstate: true }],
    ['DELETED', { userSuspend: false, userBan: false, userReinstate: false }],
  ] as const)('answers administrators what leads on from %s', async (from, expected) => {
    const { id } = person(home, 'member59');
    for (const [name, may] of Object.entries(expected) as [Act, boolean][]) {
      await database.owner`alter table users.people disable trigger status_machine`;
      await database.owner`update users.people set ${database.owner(whatGoesWith(from))} where id = ${id}`;
      await database.owner`alter table users.people enable trigger status_machine`;
      const { errors } = await act(name, name === 'userReinstate' ? { id } : { id, reason: 'a reason' });
      expect([name, errors]).toEqual([name, may ? [] : [{ code: 'STATUS_UNCHANGEABLE', path: ['input', 'id'] }]]);
    }
  });
});

describe('who may', () => {
  it.each([
    ['nobody in particular', null, 'UNAUTHENTICATED'],
    ['a member', 'member58', 'FORBIDDEN'],
    ['a moderator', 'mod', 'FORBIDDEN'],
  ])('%s may not', async (_, username, code) => {
    const { id } = somebody();
    const token = username === null ? undefined : await graph.signIn(username, { password: testPassword });
    for (const [name, input] of [['userSuspend', { id, reason: 'r' }], ['userBan', { id, reason: 'r' }], ['userReinstate', { id }]] as const) {
      expect([name, await topLevelCode(mutate(graph, name, input, fields, { token }))]).toEqual([name, code]);
    }
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('an administrator may not touch another administrator, themselves, or an administrator of the platform', async () => {
    for (const username of ['other_boss', 'boss', 'platform_boss']) expect([username, await topLevelCode(ban(person(home, username).id))]).toEqual([username, 'FORBIDDEN']);
  });

  it('a platform administrator may, in the tenant they act in, whoever it is but themselves', async () => {
    const token = await graph.signIn('platform_boss', { password: testPassword });
    expect((await ban(person(home, 'other_boss').id, token)).user).toMatchObject({ status: 'BANNED', statusReason: 'a reason' });
    expect((await reinstate(person(home, 'other_boss').id, token)).user).toMatchObject({ status: 'ACTIVE' });
    expect(await topLevelCode(ban(person(home, 'platform_boss').id, token))).toBe('FORBIDDEN');
    // What they have just done they see in its payload; elsewhere no more than their role in the tenant shows.
    const { data } = await graph.ask('query ($id: ID!) { user(id: $id) { status statusReason } }', { id: person(home, 'other_boss').id }, { token });
    expect(data.user).toEqual({ status: null, statusReason: null });
  });

  it.each([
    ['somebody of another tenant', () => person(away, 'stranger').id],
    ['nobody', () => '01890000-0000-7000-8000-000000000000'],
    ['what is no id', () => 'nobody'],
  ])('an administrator sees %s under the id', async (_, idOf) => {
    for (const payload of [await suspend(idOf()), await ban(idOf()), await reinstate(idOf())]) expect(payload).toEqual({ user: null, errors: [{ code: 'USER_UNKNOWN', path: ['input', 'id'] }] });
  });

  it('being an administrator elsewhere is of no help in the active tenant', async () => {
    const token = await graph.signIn('boss_away', { password: testPassword, tenant: 'home' });
    expect(await topLevelCode(ban(somebody().id, token))).toBe('FORBIDDEN');
  });

  it('the database alone keeps an administrator out of another tenant, were the query to forget it', async () => {
    const forgetful = await startGraph(database.url, { clock, environment: generousLimits, rewrite: (text) => text.replace('d.tenant_id = kith.current_tenant_id()', 'true') });
    const token = await forgetful.signIn('boss', { password: testPassword });
    const { id } = person(away, 'stranger');
    const attack = (process: TestGraph) => process.ask('mutation ($input: UserBanInput!) { userBan(input: $input) { errors { code } } }', { input: { id, reason: 'r' } }, { token });
    await attack(forgetful);
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
    // And with the policies gone as well the same attack succeeds: the test would see it.
    await database.owner.unsafe('alter table users.people disable row level security, no force row level security; alter table users.directory_entries disable row level security, no force row level security');
    await attack(forgetful);
    await database.owner.unsafe('alter table users.people enable row level security, force row level security; alter table users.directory_entries enable row level security, force row level security');
    expect(await rowOf(id)).toMatchObject({ status: 'BANNED' });
    await forgetful.stop();
  });
});

describe('a suspension that runs out', () => {
  const lift = async () => {
    const config = parseConfig(testEnvironment(database.url), usersSettings);
    const users = configuredDatabase(config, 'users');
    await usersJobs(await usersParts(config, users, clock)).scheduled.find(({ name }) => name === 'users.lift_suspensions')?.run();
    await users.close();
  };

  it('lifts itself, not a moment early, and tells of it', async () => {
    const { id, username } = somebody();
    const now = clock.now();
    await suspend(id);
    clock.set(new Date(now.getTime() + 7 * day - 1));
    await lift();
    expect(await rowOf(id)).toMatchObject({ status: 'SUSPENDED' });
    clock.set(new Date(now.getTime() + 7 * day));
    await lift();
    // The graph's own job may be at it in this very moment.
    const row = await eventually(() => rowOf(id), (seen) => seen?.['status'] === 'ACTIVE');
    expect(row).toMatchObject({ status_reason: null, suspended_until: null, status_changed_by: null });
    expect(await graph.signIn(username, { password: testPassword })).toEqual(expect.any(String));
    const told = await database.owner`select payload from kith.events where user_id = ${id} and name = 'user.status_changed' and payload ->> 'to' = 'ACTIVE'`;
    expect(told).toEqual([{ payload: { from: 'SUSPENDED', to: 'ACTIVE', actorId: null } }]);
    expect(await database.owner`select actor_id from users.status_changes where user_id = ${id} and to_status = 'ACTIVE'`).toEqual([{ actor_id: null }]);
    clock.set(now);
  });

  it('is lifted and told of once, however many look at the same time, and however many there are', async () => {
    await database.owner`
      insert into users.people (id, email, email_canonical, username, username_canonical, status, suspended_until, created_at, updated_at)
      select gen_random_uuid(), 'many' || n || '@x.org', 'many' || n || '@x.org', 'many' || n, 'many' || n, 'SUSPENDED', ${clock.now()}::timestamptz, now(), now() from generate_series(1, 250) n`;
    await Promise.all([lift(), lift(), lift()]);
    const [counted] = await database.owner`
      select count(distinct p.id)::int as people, count(e.id)::int as events, count(c.id)::int as records
      from users.people p join kith.events e on e.user_id = p.id join users.status_changes c on c.user_id = p.id where p.username like 'many%' and p.status = 'ACTIVE'`;
    expect(counted).toEqual({ people: 250, events: 250, records: 250 });
  });
});

describe('what is told of a status', () => {
  it('the reason and the end are for oneself and for administrators', async () => {
    const { id } = somebody();
    await suspend(id, { reason: 'private matter' });
    const ask = async (username: string) =>
      (await graph.ask('query ($id: ID!) { user(id: $id) { status statusReason suspendedUntil version } }', { id }, { token: await graph.signIn(username, { password: testPassword }) })).data.user;
    expect(await ask('boss')).toMatchObject({ status: 'SUSPENDED', statusReason: 'private matter', suspendedUntil: expect.any(String) });
    expect(await ask('mod')).toEqual({ status: null, statusReason: null, suspendedUntil: null, version: 2 });
  });

  it('somebody who has yet to prove their address is not made active by an administrator', async () => {
    const { user } = await register(graph, { email: 'pending@kith.example', tenant: 'home' });
    expect((await reinstate(user.id)).errors).toEqual([{ code: 'STATUS_UNCHANGEABLE', path: ['input', 'id'] }]);
    expect(await rowOf(user.id)).toMatchObject({ status: 'PENDING_VERIFICATION' });
  });
});
