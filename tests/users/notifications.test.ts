import { randomUUID } from 'node:crypto';
import { roleUrl } from '@kith/drizzle/roles.ts';
import { removeExpiredNotifications } from '@kith/users/services/removingExpiredNotifications.ts';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { startKillableGraph } from '../harness/killableGraph.ts';
import { mailsAndNewsTo } from '../harness/mailbox.ts';
import type { TestParts } from '../harness/parts.ts';
import { testParts } from '../harness/parts.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import { roleSecret } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { deliver, happens, makeNotifications, tellOf, toldTo } from './notificationActs.ts';

const clock = testClock();
let database: TestDatabase;
let parts: TestParts;
let graph: TestGraph;
let club: TestTenant;
let elsewhere: TestTenant;
const tokens = new Map<string, string>();

beforeAll(async () => {
  database = await testDatabase('migrated');
  club = await aTenant('club').withAdmin('chair').withMember('nora').withMember('oscar').withMember('paula').withMember('quinn').withMembers(12).in(database);
  elsewhere = await aTenant('elsewhere').withAdmin('stranger').in(database);
  parts = await testParts(database, clock);
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  for (const name of ['nora', 'oscar', 'chair', 'stranger']) tokens.set(name, await graph.signIn(name, { password: testPassword }));
});
afterAll(async () => {
  await graph.stop();
  await parts.close();
  await database.drop();
});

const person = (name: string): TestPerson => {
  const found = club.people[name] ?? elsewhere.people[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const as = (name: string) => ({ token: tokens.get(name) });
const forget = (name: string) => database.owner`delete from users.notifications where user_id = ${person(name).id}`;
const list = async (name: string, args = 'first: 200', fields = 'nodes { id type readAt } totalCount'): Promise<Answer['data']> =>
  (await graph.ask(`{ me { unreadNotificationCount notifications(${args}) { ${fields} } } }`, {}, as(name))).data.me;

describe('what happens is told to whoever it concerns', () => {
  const membershipId = randomUUID();
  const about = () => ({ userId: person('nora').id, tenantId: club.id });
  const actorId = () => person('chair').id;
  it.each([
    ['a follower, to the followed', () => tellOf(parts, 'user.followed', { userId: actorId(), tenantId: club.id }, { followedId: person('nora').id }), () => ({ type: 'NEW_FOLLOWER', priority: 1, actorId: actorId(), tenantId: null, data: {}, days: 30 })],
    ['a level', () => tellOf(parts, 'player.level_up', about(), { level: 7 }), () => ({ type: 'LEVEL_REACHED', priority: 1, actorId: null, tenantId: club.id, data: { level: 7 }, days: 30 })],
    ['a grave alert', () => tellOf(parts, 'session.alert_raised', about(), { alertId: membershipId, severity: 'HIGH' }), () => ({ type: 'SECURITY_ALERT', priority: 2, actorId: null, tenantId: null, data: { alertId: membershipId, severity: 'HIGH' }, days: 180 })],
    ['a critical alert', () => tellOf(parts, 'session.alert_raised', { userId: person('nora').id }, { alertId: membershipId, severity: 'CRITICAL' }), () => ({ type: 'SECURITY_ALERT', priority: 3, actorId: null, tenantId: null, data: { alertId: membershipId, severity: 'CRITICAL' }, days: 180 })],
    ['another role', () => tellOf(parts, 'tenant.member_role_changed', about(), { membershipId, from: 'USER', to: 'MODERATOR', actorId: actorId() }), () => ({ type: 'ROLE_CHANGED', priority: 2, actorId: actorId(), tenantId: club.id, data: { membershipId, from: 'USER', to: 'MODERATOR' }, days: 90 })],
    ['being taken out of a tenant', () => tellOf(parts, 'tenant.member_left', about(), { membershipId, actorId: actorId() }), () => ({ type: 'MEMBERSHIP_ENDED', priority: 2, actorId: actorId(), tenantId: club.id, data: { membershipId }, days: 90 })],
    ['an accepted invitation, to whoever invited', () => tellOf(parts, 'tenant.invitation_accepted', about(), { invitationId: membershipId, acceptedById: person('oscar').id }), () => ({ type: 'INVITATION_ACCEPTED', priority: 1, actorId: person('oscar').id, tenantId: club.id, data: { invitationId: membershipId }, days: 30 })],
    ['a suspension', () => tellOf(parts, 'user.status_changed', about(), { from: 'ACTIVE', to: 'SUSPENDED', actorId: actorId() }), () => ({ type: 'ACCOUNT_STATUS_CHANGED', priority: 2, actorId: actorId(), tenantId: club.id, data: { from: 'ACTIVE', to: 'SUSPENDED' }, days: 90 })],
    ['a suspension that ran out', () => tellOf(parts, 'user.status_changed', { userId: person('nora').id }, { from: 'SUSPENDED', to: 'ACTIVE', actorId: null }), () => ({ type: 'ACCOUNT_STATUS_CHANGED', priority: 2, actorId: null, tenantId: null, data: { from: 'SUSPENDED', to: 'ACTIVE' }, days: 90 })],
    ['a document', () => tellOf(parts, 'user.data_export_ready', about(), { dataExportId: membershipId }), () => ({ type: 'DATA_EXPORT_READY', priority: 2, actorId: null, tenantId: null, data: { dataExportId: membershipId }, days: 7 })],
  ] as const)('%s', async (_, happening, expected) => {
    await forget('nora');
    await happening();
    expect(await toldTo(database, person('nora').id)).toEqual([{ id: expect.any(String), inApp: true, ...expected() }]);
    const { nodes } = (await list('nora', 'first: 1', 'nodes { type title body data }')).notifications;
    expect(nodes).toEqual([{ type: expected().type, title: expect.stringMatching(/^[A-Z].{10,}/), body: expect.stringMatching(/^[A-Z].{10,}\.$/), data: expected().data }]);
  });

  it.each([
    ['an alert of little weight', () => tellOf(parts, 'session.alert_raised', about(), { alertId: membershipId, severity: 'MEDIUM' })],
    ['leaving by oneself', () => tellOf(parts, 'tenant.member_left', about(), { membershipId, actorId: person('nora').id })],
    ['leaving by nobody', () => tellOf(parts, 'tenant.member_left', about(), { membershipId, actorId: null })],
    ['joining', () => tellOf(parts, 'tenant.member_joined', about(), { membershipId, role: 'USER', invitationId: null })],
    ['a role one gave oneself', () => tellOf(parts, 'tenant.member_role_changed', about(), { membershipId, from: 'ADMIN', to: 'USER', actorId: person('nora').id })],
    ['a deletion, which has a mail of its own', () => tellOf(parts, 'user.status_changed', about(), { from: 'ACTIVE', to: 'DELETED', actorId: null })],
  ])('but not %s', async (_, happening) => {
    await forget('nora');
    await happening();
    expect(await toldTo(database, person('nora').id)).toEqual([]);
  });

  it('and nothing of somebody one has blocked, but for what they do to one’s account', async () => {
    await forget('nora');
    await database.owner`insert into users.blocks (blocker_id, blocked_id, created_at) values (${person('nora').id}, ${actorId()}, now())`;
    await tellOf(parts, 'user.followed', { userId: actorId() }, { followedId: person('nora').id });
    expect(await toldTo(database, person('nora').id)).toEqual([]);
    await tellOf(parts, 'user.status_changed', about(), { from: 'ACTIVE', to: 'SUSPENDED', actorId: actorId() });
    await database.owner`delete from users.blocks`;
    await tellOf(parts, 'user.followed', { userId: actorId() }, { followedId: person('nora').id });
    expect((await toldTo(database, person('nora').id)).map(({ type }) => type).toSorted((one, two) => one.localeCompare(two))).toEqual(['ACCOUNT_STATUS_CHANGED', 'NEW_FOLLOWER']);
  });

  it('and nobody who is gone is told anything', async () => {
    await tellOf(parts, 'user.followed', { userId: actorId() }, { followedId: randomUUID() });
    await database.owner`update users.people set status = 'DELETED', deleted_at = now() where id = ${person('quinn').id}`;
    await tellOf(parts, 'user.followed', { userId: actorId() }, { followedId: person('quinn').id });
    expect(await toldTo(database, person('quinn').id)).toEqual([]);
  });
});

describe('an event that is delivered again and again', () => {
  it('tells once: one notification, one mail, one word of the ways', async () => {
    await forget('paula');
    const eventId = await happens(parts, 'tenant.member_left', { userId: person('paula').id, tenantId: club.id }, { membershipId: randomUUID(), actorId: person('chair').id });
    await deliver(parts, eventId, 5);
    await deliver(parts, eventId);
    expect(await toldTo(database, person('paula').id)).toHaveLength(1);
    expect(await mailsAndNewsTo(database, person('paula').email)).toHaveLength(1);
    expect(await database.owner`select payload from kith.events where name = 'user.notified' and user_id = ${person('paula').id}`).toEqual([{ payload: { notificationId: expect.any(String), channels: ['IN_APP', 'EMAIL', 'PUSH'] } }]);
  });

  it('would tell five times without the note of what was handled', async () => {
    const forgetful = await testParts(database, clock, { rewrite: (text) => text.replace('select first from kith.handle_once($1, $2) as first', 'select true as first from (select $1::text, $2::uuid) as forgotten') });
    await forget('oscar');
    const eventId = await happens(parts, 'player.level_up', { userId: person('oscar').id, tenantId: club.id }, { level: 3 });
    await deliver(forgetful, eventId, 5);
    // The graph's own job may have told once more.
    expect((await toldTo(database, person('oscar').id)).length).toBeGreaterThanOrEqual(5);
    await forgetful.close();
  });

  it('tells of one follower once a day, however often they follow, and however many at once', async () => {
    await forget('nora');
    const followed = (by: string) => happens(parts, 'user.followed', { userId: person(by).id }, { followedId: person('nora').id });
    const events = await Promise.all(['chair', 'chair', 'chair', 'oscar', 'oscar'].map(followed));
    await Promise.all(events.map((eventId) => deliver(parts, eventId)));
    const told = (await toldTo(database, person('nora').id)).map(({ actorId }) => actorId);
    expect([told.length, new Set(told)]).toEqual([2, new Set([person('chair').id, person('oscar').id])]);
    clock.advanceSeconds(86_400);
    await deliver(parts, await followed('chair'));
    expect(await toldTo(database, person('nora').id)).toHaveLength(3);
    clock.advanceSeconds(-86_400);
  });
});

describe('the list', () => {
  it('shows the latest first, page by page, the unread ones alone when asked, and counts them', async () => {
    await forget('nora');
    const ids = await makeNotifications(database, person('nora').id, 7, { from: clock.now() });
    await database.owner`update users.notifications set read_at = now() where id = any (${[ids[0], ids[3]] as string[]})`;
    const shown = (await list('nora')).notifications;
    expect(shown.nodes.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(shown.totalCount).toBe(7);
    const first = await list('nora', 'first: 3, unread: true', 'nodes { id } pageInfo { hasNextPage endCursor } totalCount');
    expect(first).toMatchObject({ unreadNotificationCount: 5, notifications: { nodes: [ids[1], ids[2], ids[4]].map((id) => ({ id })), pageInfo: { hasNextPage: true }, totalCount: 5 } });
    const rest = await list('nora', `first: 3, unread: true, after: "${first.notifications.pageInfo.endCursor}"`, 'nodes { id } pageInfo { hasNextPage }');
    expect(rest.notifications).toEqual({ nodes: [ids[5], ids[6]].map((id) => ({ id })), pageInfo: { hasNextPage: false } });
  });

  it('shows nothing that has expired, nor counts it', async () => {
    await forget('nora');
    const [old] = await makeNotifications(database, person('nora').id, 2, { from: clock.now() });
    await database.owner`update users.notifications set created_at = created_at - interval '1 day', expires_at = ${clock.now()} where id = ${old ?? ''}`;
    expect(await list('nora')).toMatchObject({ unreadNotificationCount: 1, notifications: { totalCount: 1, nodes: [expect.anything()] } });
    const deletion = await mutate(graph, 'notificationDelete', { id: old }, 'deletedId errors { code }', as('nora'));
    expect(deletion.errors).toEqual([{ code: 'NOTIFICATION_UNKNOWN' }]);
  });

  it('counts unread ones up to 1,000', async () => {
    await forget('nora');
    await makeNotifications(database, person('nora').id, 1_010, { from: clock.now() });
    expect(await list('nora', 'first: 1', 'totalCount')).toEqual({ unreadNotificationCount: 1_000, notifications: { totalCount: 1_010 } });
  });

  it('shows an actor nobody may see as null, and a tenant one belongs to no longer as well', async () => {
    await forget('nora');
    const from = clock.now();
    await makeNotifications(database, person('nora').id, 1, { from, actorIds: [person('oscar').id], tenantId: club.id });
    await makeNotifications(database, person('nora').id, 1, { from: new Date(from.getTime() - 600_000), actorIds: [person('stranger').id], tenantId: elsewhere.id });
    const { nodes } = (await list('nora', 'first: 2', 'nodes { actor { username } tenant { id slug } }')).notifications;
    expect(nodes).toEqual([{ actor: { username: 'oscar' }, tenant: { id: club.id, slug: 'club' } }, { actor: null, tenant: null }]);
    // The id alone needs no other subgraph to answer it.
    expect((await list('nora', 'first: 2', 'nodes { tenant { id } }')).notifications.nodes).toEqual([{ tenant: { id: club.id } }, { tenant: null }]);
  });

  it('is nobody else’s to read: not a colleague’s, not an administrator’s', async () => {
    await makeNotifications(database, person('nora').id, 1, { from: clock.now() });
    for (const name of ['oscar', 'chair', 'stranger']) {
      const { data } = await graph.ask('query ($id: ID!) { user(id: $id) { notifications { totalCount } unreadNotificationCount } }', { id: person('nora').id }, as(name));
      expect(data.user, name).toEqual(name === 'stranger' ? null : { notifications: null, unreadNotificationCount: null });
    }
  });

  it('is shut by the database too, and open to whoever goes round it', async () => {
    await makeNotifications(database, person('nora').id, 1, { from: clock.now() });
    for (const role of ['reader', 'users'] as const) {
      const sql = postgres(roleUrl(database.url, roleSecret, role), { max: 1 });
      const count = (userId: string) => sql.begin(async (tx) => {
        await tx`select set_config('kith.user_id', ${userId}, true), set_config('kith.tenant_id', ${club.id}, true)`;
        return (await tx`select count(*)::int as count from users.notifications where user_id = ${person('nora').id}`)[0]?.['count'];
      });
      expect(await count(person('oscar').id)).toBe(0);
      expect(await count(person('nora').id)).toBeGreaterThan(0);
      await sql.end();
    }
  });
});

describe('marking and removing', () => {
  it('marks those that are one’s own and unread, and passes over the rest', async () => {
    await Promise.all([forget('nora'), forget('oscar')]);
    const own = await makeNotifications(database, person('nora').id, 3, { from: clock.now() });
    const [foreign] = await makeNotifications(database, person('oscar').id, 1, { from: clock.now() });
    const ids = [own[0], own[1], own[1]?.toUpperCase(), foreign, randomUUID(), 'none'];
    expect(await mutate(graph, 'notificationMarkRead', { ids }, 'markedCount errors { code }', as('nora'))).toEqual({ markedCount: 2, errors: [] });
    expect(await mutate(graph, 'notificationMarkRead', { ids }, 'markedCount errors { code }', as('nora'))).toEqual({ markedCount: 0, errors: [] });
    expect((await list('nora')).unreadNotificationCount).toBe(1);
    expect((await list('oscar')).unreadNotificationCount).toBe(1);
    const { errors } = await graph.ask('mutation ($input: NotificationMarkReadInput!) { notificationMarkRead(input: $input) { markedCount } }', { input: { ids: Array(201).fill(own[2]) } }, as('nora'));
    expect(errors[0]?.extensions.code).toBe('BAD_REQUEST');
  });

  it('marks all, or those from before a moment', async () => {
    await Promise.all([forget('nora'), forget('oscar')]);
    await makeNotifications(database, person('nora').id, 10, { from: clock.now() });
    await makeNotifications(database, person('oscar').id, 1, { from: clock.now() });
    const before = new Date(clock.now().getTime() - 4.5 * 60_000).toISOString();
    expect(await mutate(graph, 'notificationMarkAllRead', { before }, 'markedCount errors { code }', as('nora'))).toEqual({ markedCount: 5, errors: [] });
    expect(await mutate(graph, 'notificationMarkAllRead', {}, 'markedCount errors { code }', as('nora'))).toEqual({ markedCount: 5, errors: [] });
    expect((await list('oscar')).unreadNotificationCount).toBe(1);
  });

  it('removes one of one’s own once, and nobody else’s', async () => {
    await Promise.all([forget('nora'), forget('oscar')]);
    const [own] = await makeNotifications(database, person('nora').id, 1, { from: clock.now() });
    const [foreign] = await makeNotifications(database, person('oscar').id, 1, { from: clock.now() });
    const remove = (id?: string) => mutate(graph, 'notificationDelete', { id }, 'deletedId errors { code path }', as('nora'));
    const unknown = { deletedId: null, errors: [{ code: 'NOTIFICATION_UNKNOWN', path: ['input', 'id'] }] };
    expect(await remove(foreign)).toEqual(unknown);
    expect(await remove(own)).toEqual({ deletedId: own, errors: [] });
    expect(await remove(own)).toEqual(unknown);
    expect(await remove('nothing')).toEqual(unknown);
    expect((await list('oscar')).notifications.totalCount).toBe(1);
  });

  it.each(['notificationMarkRead', 'notificationMarkAllRead', 'notificationDelete'])('%s needs a signed-in person', async (name) => {
    const input = { notificationMarkRead: '{ ids: [] }', notificationMarkAllRead: '{}', notificationDelete: '{ id: "x" }' }[name];
    const { errors } = await graph.ask(`mutation { ${name}(input: ${input}) { errors { code } } }`);
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

it('what has expired is taken out a batch at a time, and nothing else', async () => {
  await database.owner`delete from users.notifications`;
  await makeNotifications(database, person('nora').id, 25, { from: new Date(clock.now().getTime() - 2 * 86_400_000) });
  await makeNotifications(database, person('nora').id, 3, { from: clock.now() });
  expect(await removeExpiredNotifications(parts.users, 10)).toBe(25);
  expect(await toldTo(database, person('nora').id)).toHaveLength(3);
});

it('a process killed in the middle of telling loses nothing: another one tells, once', { timeout: 60_000 }, async () => {
  const own = await testDatabase('migrated');
  const { people, id: tenantId } = await aTenant('lonely').withAdmin('rosa').withMember('sven').in(own);
  const [rosa, sven] = [people['rosa'], people['sven']];
  if (rosa === undefined || sven === undefined) throw new Error('nobody was made');
  const ownParts = await testParts(own, clock);
  const doomed = await startKillableGraph(own, generousLimits);
  let eventId = '';
  await own.owner.begin(async (tx) => {
    await tx`lock table users.notifications in access exclusive mode`;
    eventId = await happens(ownParts, 'tenant.member_left', { userId: sven.id, tenantId }, { membershipId: randomUUID(), actorId: rosa.id });
    const held = () => own.owner`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into "users"."notifications"%'`;
    try {
      await eventually(held, (sessions) => sessions.length === 1, 20_000);
    } finally {
      await doomed.kill();
    }
  });
  expect(await toldTo(own, sven.id)).toEqual([]);
  const successor = await startKillableGraph(own, generousLimits);
  await eventually(() => toldTo(own, sven.id), (told) => told.length === 1, 20_000);
  await deliver(ownParts, eventId, 5);
  await successor.stop();
  expect(await toldTo(own, sven.id)).toHaveLength(1);
  expect(await mailsAndNewsTo(own, sven.email)).toHaveLength(1);
  await ownParts.close();
  await own.drop();
});
