import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mailsAndNewsTo } from '../harness/mailbox.ts';
import type { TestParts } from '../harness/parts.ts';
import { testParts } from '../harness/parts.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { sendDue, tellOf, toldTo, waysOf } from './notificationActs.ts';

const clock = testClock(new Date());
const dayMs = 86_400_000;
const midnight = Math.floor(clock.now().getTime() / dayMs) * dayMs;
/** The Friday that comes, which the log of events has a place for. */
const friday = midnight + ((5 - clock.now().getUTCDay() + 7) % 7) * dayMs;
/** A moment so many days behind that Friday, in UTC. */
const at = (days: number, time: string): Date => new Date(`${new Date(friday + days * dayMs).toISOString().slice(0, 10)}T${time}:00.000Z`);
const lateEvening = at(0, '23:00');
/** The clock of the jobs, which the tests set; the graph's own goes on, for its tokens are checked by it. */
const jobClock = testClock(lateEvening);
let database: TestDatabase;
let parts: TestParts;
let graph: TestGraph;
let club: TestTenant;
let token: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  club = await aTenant('club').withAdmin('chair').withMember('tessa').withMember('ugo').in(database);
  parts = await testParts(database, jobClock);
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  token = await graph.signIn('tessa', { password: testPassword });
  // Whoever else runs jobs would do so by another clock.
  await database.owner.unsafe(`create function public.none() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger none before insert on graphile_worker._private_jobs for each row execute function public.none()`);
});
beforeEach(async () => {
  jobClock.set(lateEvening);
  await database.owner`truncate users.pending_deliveries, users.notifications, users.notification_preferences, users.notification_settings, users.mails`;
  await database.owner`update users.preferences set time_zone = 'UTC'`;
  await database.owner`delete from kith.events where name = 'user.notified'`;
});
afterAll(async () => {
  await graph.stop();
  await parts.close();
  await database.drop();
});

const person = (name: string): TestPerson => {
  const found = club.people[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const shown = 'notificationPreferences { types { type inApp email push } quietHours { from to } digest }';
const update = (input: object): Promise<Answer['data']> => mutate(graph, 'notificationPreferencesUpdate', input, `${shown} errors { code path }`, { token });
const read = async () => (await graph.ask(`{ me { ${shown} } }`, {}, { token })).data.me.notificationPreferences;
const roleChanged = (name = 'tessa') => tellOf(parts, 'tenant.member_role_changed', { userId: person(name).id, tenantId: club.id }, { membershipId: randomUUID(), from: 'USER', to: 'MODERATOR', actorId: person('chair').id });
const mails = (name = 'tessa') => mailsAndNewsTo(database, person(name).email);
const pending = async () => (await database.owner<{ channel: string; dueAt: Date }[]>`select channel, due_at as "dueAt" from users.pending_deliveries order by channel, due_at`).map(({ channel, dueAt }) => [channel, dueAt.toISOString()]);

describe('what a person wants', () => {
  it('is what the defaults say, as long as they say nothing', async () => {
    const preferences = await read();
    expect(preferences).toMatchObject({ quietHours: null, digest: 'NONE' });
    expect(preferences.types).toHaveLength(8);
    expect(preferences.types).toContainEqual({ type: 'NEW_FOLLOWER', inApp: true, email: false, push: true });
    expect(preferences.types).toContainEqual({ type: 'SECURITY_ALERT', inApp: true, email: true, push: true });
  });

  it('changes way by way, and leaves the rest as it was', async () => {
    await update({ types: [{ type: 'NEW_FOLLOWER', email: true }], quietHours: { from: '22:00', to: '07:00' }, digest: 'DAILY' });
    const { notificationPreferences, errors } = await update({ types: [{ type: 'NEW_FOLLOWER', push: false }, { type: 'NEW_FOLLOWER', inApp: false }] });
    expect(errors).toEqual([]);
    expect(notificationPreferences).toMatchObject({ quietHours: { from: '22:00', to: '07:00' }, digest: 'DAILY' });
    expect(notificationPreferences.types).toContainEqual({ type: 'NEW_FOLLOWER', inApp: false, email: true, push: false });
    expect(await read()).toEqual(notificationPreferences);
    expect((await update({ quietHours: null })).notificationPreferences).toMatchObject({ quietHours: null, digest: 'DAILY' });
  });

  it.each([
    [{ from: '25:00', to: '07:00' }, ['input', 'quietHours', 'from']],
    [{ from: '22:00', to: '7' }, ['input', 'quietHours', 'to']],
    [{ from: '22:00', to: '22:00' }, ['input', 'quietHours']],
  ])('is refused of quiet hours %j', async (quietHours, path) => {
    expect(await update({ quietHours })).toEqual({ notificationPreferences: null, errors: [{ code: 'TIME_INVALID', path }] });
    expect((await read()).quietHours).toBeNull();
  });

  it('is nobody else’s to read or to change', async () => {
    const chair = await graph.signIn('chair', { password: testPassword });
    const { data } = await graph.ask(`query ($id: ID!) { user(id: $id) { ${shown} } }`, { id: person('tessa').id }, { token: chair });
    expect(data.user).toEqual({ notificationPreferences: null });
    const { errors } = await graph.ask('mutation { notificationPreferencesUpdate(input: {}) { errors { code } } }');
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('what is told takes the ways that are open', () => {
  it('at once', async () => {
    await roleChanged();
    expect(await waysOf(database, person('tessa').id)).toEqual([['IN_APP', 'EMAIL', 'PUSH']]);
    expect(await mails()).toMatchObject([{ template: 'notification', subject: 'You have another role', text: expect.stringContaining('You are now a moderator in a tenant.') }]);
  });

  it('by mail alone, and is not in the list then', async () => {
    await update({ types: [{ type: 'ROLE_CHANGED', inApp: false, push: false }] });
    await roleChanged();
    expect(await mails()).toHaveLength(1);
    expect(await toldTo(database, person('tessa').id)).toMatchObject([{ inApp: false }]);
    expect((await graph.ask('{ me { unreadNotificationCount notifications { totalCount } } }', {}, { token })).data.me).toEqual({ unreadNotificationCount: 0, notifications: { totalCount: 0 } });
  });

  it('and nothing is kept where none is', async () => {
    await update({ types: [{ type: 'ROLE_CHANGED', inApp: false, email: false, push: false }] });
    await roleChanged();
    expect([await toldTo(database, person('tessa').id), await mails(), await waysOf(database, person('tessa').id)]).toEqual([[], [], []]);
  });

  it('and no second mail is written about a critical alert, nor one to an address that was not proven', async () => {
    await tellOf(parts, 'session.alert_raised', { userId: person('tessa').id }, { alertId: randomUUID(), severity: 'CRITICAL' });
    await database.owner`update users.people set email_verified_at = null where id = ${person('ugo').id}`;
    await roleChanged('ugo');
    expect([await mails(), await mails('ugo')]).toEqual([[], []]);
    await tellOf(parts, 'session.alert_raised', { userId: person('tessa').id }, { alertId: randomUUID(), severity: 'HIGH' });
    expect(await mails()).toHaveLength(1);
  });
});

describe('in quiet hours', () => {
  beforeEach(() => update({ quietHours: { from: '22:00', to: '07:00' } }));

  it('mail and push messages wait for their end, by the clock of the person', async () => {
    await database.owner`update users.preferences set time_zone = 'Asia/Kathmandu' where user_id = ${person('tessa').id}`;
    await roleChanged();
    expect(await pending()).toEqual([['EMAIL', at(1, '01:15').toISOString()], ['PUSH', at(1, '01:15').toISOString()]]);
    expect([await mails(), await waysOf(database, person('tessa').id)]).toEqual([[], [['IN_APP']]]);
    jobClock.set(new Date(at(1, '01:15').getTime() - 1));
    await sendDue(parts);
    expect(await mails()).toEqual([]);
    jobClock.set(at(1, '01:15'));
    await Promise.all([sendDue(parts), sendDue(parts), sendDue(parts)]);
    expect(await mails()).toHaveLength(1);
    expect(await waysOf(database, person('tessa').id)).toEqual([['IN_APP'], ['EMAIL', 'PUSH']]);
    await sendDue(parts);
    expect(await mails()).toHaveLength(1);
    expect(await pending()).toEqual([]);
  });

  it('several become one mail, of which those that were read in the meantime are no part', async () => {
    for (let count = 0; count < 4; count += 1) await roleChanged();
    const [read] = await toldTo(database, person('tessa').id);
    await mutate(graph, 'notificationMarkRead', { ids: [read?.id] }, 'markedCount errors { code }', { token });
    jobClock.set(at(1, '07:00'));
    await sendDue(parts);
    expect(await mails()).toMatchObject([{ template: 'notifications', subject: '3 notifications for you' }]);
  });

  it('what is urgent waits for nothing', async () => {
    await tellOf(parts, 'session.alert_raised', { userId: person('tessa').id }, { alertId: randomUUID(), severity: 'CRITICAL' });
    expect(await waysOf(database, person('tessa').id)).toEqual([['IN_APP', 'PUSH']]);
    expect(await pending()).toEqual([]);
  });

  it('what was put off and closed since is not sent', async () => {
    await roleChanged();
    await update({ types: [{ type: 'ROLE_CHANGED', email: false }] });
    jobClock.set(at(1, '07:00'));
    await sendDue(parts);
    expect([await mails(), await waysOf(database, person('tessa').id)]).toEqual([[], [['IN_APP'], ['PUSH']]]);
  });

  it('what was removed is not sent', async () => {
    await roleChanged();
    const [told] = await toldTo(database, person('tessa').id);
    await mutate(graph, 'notificationDelete', { id: told?.id }, 'deletedId errors { code }', { token });
    expect(await pending()).toEqual([]);
  });
});

describe('mails that are gathered', () => {
  it.each([
    ['DAILY', at(1, '08:00')],
    ['WEEKLY', at(3, '08:00')],
  ])('%s go out as one, at 8 in the morning', async (digest, dueAt) => {
    await update({ digest });
    for (let count = 0; count < 25; count += 1) await roleChanged();
    expect(new Set((await pending()).map(String))).toEqual(new Set([`EMAIL,${dueAt.toISOString()}`]));
    jobClock.set(dueAt);
    await sendDue(parts);
    expect(await mails()).toMatchObject([{ subject: '25 notifications for you', text: expect.stringContaining('And 5 more.') }]);
    expect((await waysOf(database, person('tessa').id)).slice(25)).toEqual(Array.from({ length: 25 }, () => ['EMAIL']));
  });

  it('to one person go out although those to another cannot', async () => {
    await update({ digest: 'DAILY' });
    await database.owner`insert into users.notification_settings (user_id, digest, updated_at) values (${person('ugo').id}, 'DAILY', now())`;
    await database.owner`update users.people set email_verified_at = now() where id = ${person('ugo').id}`;
    await Promise.all([roleChanged(), roleChanged('ugo')]);
    await database.owner.unsafe(`create function users.fail() returns trigger language plpgsql as $$ begin if new.user_id = '${person('tessa').id}' then raise exception 'no mail for her'; end if; return new; end $$;
      create trigger fail before insert on users.mails for each row execute function users.fail()`);
    jobClock.set(at(1, '08:00'));
    await expect(sendDue(parts)).rejects.toThrow('to 1 people');
    expect([(await mails()).length, (await mails('ugo')).length]).toEqual([0, 1]);
    await database.owner.unsafe('drop trigger fail on users.mails');
    await sendDue(parts);
    expect([(await mails()).length, (await mails('ugo')).length]).toEqual([1, 1]);
  });
});
