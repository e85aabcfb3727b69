import { announce } from '@kith/drizzle/announce.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { EventName, EventPayload } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { foldAllCounts } from '@kith/tenants/services/counting.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestParts } from '../harness/parts.ts';
import { testParts } from '../harness/parts.ts';
import { register } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import { enter, person } from './tenantActs.ts';

const dayMs = 86_400_000;
// Noon, so that no test runs over midnight.
const clock = testClock(new Date(Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2));
let database: TestDatabase;
let parts: TestParts;
let graph: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  parts = await testParts(database, clock);
  graph = await startGraph(database.url, { clock });
});
afterAll(async () => {
  await graph.stop();
  await parts.close();
  await database.drop();
});

interface Statistics {
  readonly memberCount: number;
  readonly membersByRole: readonly { role: Role; count: number }[];
  readonly membersByStatus: readonly { status: string; count: number }[];
}
const statisticsBy = async (token: string): Promise<Statistics> =>
  (await graph.ask('{ currentTenant { statistics { memberCount membersByRole { role count } membersByStatus { status count } } } }', {}, { token })).data.currentTenant.statistics;
const dailyBy = async (token: string, days = 3): Promise<{ day: string; signIns: number; activePeople: number; joined: number; left: number }[]> =>
  (await graph.ask(`{ currentTenant { statistics { daily(days: ${days}) { day signIns activePeople joined left } } } }`, {}, { token })).data.currentTenant.statistics.daily;
const onlyThose = (counts: readonly { count: number }[]) => counts.filter(({ count }) => count > 0);
const dayAgo = (days: number): string => new Date(clock.now().getTime() - days * dayMs).toISOString().slice(0, 10);

/** What the base tables say, counted afresh. */
const recounted = (tenantId: string) =>
  database.owner`select m.role, p.status, count(*)::int as members from tenants.memberships m join users.people p on p.id = m.user_id where m.tenant_id = ${tenantId} group by 1, 2 order by 1, 2`;
const counted = (tenantId: string) =>
  database.owner`select role, status, sum(members)::int as members from (
      select role, status, members from tenants.member_counts where tenant_id = ${tenantId} union all select role, status, change from tenants.member_count_changes where tenant_id = ${tenantId}) c
    group by 1, 2 having sum(members) <> 0 order by 1, 2`;

describe('how many people a tenant has', () => {
  it('is told of each role and status, whoever changed them and however long ago that was added up', async () => {
    const tenant = await aTenant('told').withAdmin('told_boss').withMember('told_mod', 'MODERATOR').withMembers(5, 'told').in(database);
    const token = await enter(graph, 'told_mod');
    const expected = {
      memberCount: 7,
      membersByRole: [{ role: 'USER', count: 5 }, { role: 'MODERATOR', count: 1 }, { role: 'ADMIN', count: 1 }],
      membersByStatus: [{ status: 'ACTIVE', count: 7 }],
    };
    const shown = async () => {
      const statistics = await statisticsBy(token);
      return { ...statistics, membersByRole: onlyThose(statistics.membersByRole), membersByStatus: onlyThose(statistics.membersByStatus) };
    };
    expect(await shown()).toEqual(expected);
    await foldAllCounts(parts.tenants);
    expect(await shown()).toEqual(expected);
    await database.owner`update users.people set status = 'BANNED' where username = 'told1'`;
    await database.owner`update tenants.memberships set role = 'CREATOR' where user_id = ${person(tenant, 'told2').id}`;
    await database.owner`delete from tenants.memberships where user_id = ${person(tenant, 'told3').id}`;
    expect(await shown()).toEqual({
      memberCount: 6,
      membersByRole: [{ role: 'USER', count: 3 }, { role: 'CREATOR', count: 1 }, { role: 'MODERATOR', count: 1 }, { role: 'ADMIN', count: 1 }],
      membersByStatus: [{ status: 'ACTIVE', count: 5 }, { status: 'BANNED', count: 1 }],
    });
    expect((await statisticsBy(token)).membersByRole.map(({ role }) => role)).toEqual(['GUEST', 'USER', 'CREATOR', 'VERIFIED_CREATOR', 'MODERATOR', 'ADMIN', 'SYSTEM']);
  });

  it('is what the memberships say after any storm of joining, leaving, changing roles and standing on several connections, added up meanwhile', async () => {
    const tenant = await aTenant('storm').withAdmin('storm_boss').withMembers(40, 'storm').in(database);
    const other = await aTenant('storm-elsewhere').withAdmin('storm_other').in(database);
    const people = Object.values(tenant.people).slice(1).map(({ id }) => id);
    const roles = ['GUEST', 'USER', 'CREATOR', 'MODERATOR'];
    const one = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item; // none of the lists is empty
    const act = async (): Promise<unknown> => {
      const [userId, tenantId] = [one(people), one([tenant.id, other.id])];
      const acts = [
        () => database.owner`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (gen_random_uuid(), ${tenantId}, ${userId}, ${one(roles)}, now()) on conflict do nothing`,
        () => database.owner`delete from tenants.memberships where tenant_id = ${tenantId} and user_id = ${userId}`,
        () => database.owner`update tenants.memberships set role = ${one(roles)} where tenant_id = ${tenantId} and user_id = ${userId}`,
        () => database.owner`update users.people set status = case status when 'ACTIVE' then 'BANNED' else 'ACTIVE' end::users.user_status where id = ${userId}`,
        () => foldAllCounts(parts.tenants, 7),
        // Taken back, it counts for nothing.
        () => database.owner.begin(async (tx) => { await tx`delete from tenants.memberships where tenant_id = ${tenantId} and role <> 'ADMIN'`; throw new Error('taken back'); }).catch((error: Error) => { if (error.message !== 'taken back') throw error; }),
      ];
      return one(acts)();
    };
    const lane = async (): Promise<void> => { for (let turn = 0; turn < 40; turn += 1) await act().catch(againOnDeadlock); };
    await Promise.all(Array.from({ length: 6 }, lane));
    for (const { id } of [tenant, other]) expect(await counted(id)).toEqual(await recounted(id));
    await foldAllCounts(parts.tenants);
    expect(await database.owner`select from tenants.member_count_changes`).toHaveLength(0);
    for (const { id } of [tenant, other]) expect(await counted(id)).toEqual(await recounted(id));
  });

  it('is seen wrong when a change is counted twice: that is what the storm looks for', async () => {
    const tenant = await aTenant('planted').withAdmin('planted_boss').in(database);
    await database.owner`insert into tenants.member_count_changes (id, tenant_id, role, status, change) values (gen_random_uuid(), ${tenant.id}, 'ADMIN', 'ACTIVE', 1)`;
    expect(await counted(tenant.id)).not.toEqual(await recounted(tenant.id));
  });

  it('makes nobody who joins wait for anybody else who does', async () => {
    const tenant = await aTenant('crowded').withAdmin('crowded_boss').in(database);
    const [one, other] = [await aTenant('crowd-a').withAdmin('crowd_a').in(database), await aTenant('crowd-b').withAdmin('crowd_b').in(database)];
    const join = (tx: typeof database.owner, userId: string) => tx`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (gen_random_uuid(), ${tenant.id}, ${userId}, 'USER', now())`;
    await database.owner.begin(async (tx) => {
      await join(tx as unknown as typeof database.owner, person(one, 'crowd_a').id); // a transaction takes the same statements
      await database.owner.begin(async (second) => {
        await second`set local lock_timeout = '500ms'`;
        await join(second as unknown as typeof database.owner, person(other, 'crowd_b').id); // likewise
      });
    });
    expect(await counted(tenant.id)).toEqual(await recounted(tenant.id));
  });
});

function againOnDeadlock(error: { code?: string }): void {
  if (error.code !== '40P01') throw error;
}

describe('what happens day by day', () => {
  it('is there for every day, today first, also where nothing happened', async () => {
    await aTenant('quiet').withAdmin('quiet_boss').in(database);
    const token = await enter(graph, 'quiet_boss');
    const daily = await dailyBy(token, 366);
    expect(daily).toHaveLength(366);
    expect([daily[0]?.day, daily[1]?.day, daily[365]?.day]).toEqual([dayAgo(0), dayAgo(1), dayAgo(365)]);
    expect(daily[200]).toEqual({ day: dayAgo(200), signIns: 0, activePeople: 0, joined: 0, left: 0 });
    const { data } = await graph.ask('{ currentTenant { statistics { daily { day } } } }', {}, { token });
    expect(data.currentTenant.statistics.daily).toHaveLength(30);
  });

  it.each([0, -1, 367])('refuses %i days', async (days) => {
    const token = await enter(graph, 'quiet_boss');
    const { errors } = await graph.ask(`{ currentTenant { statistics { memberCount daily(days: ${days}) { day } } } }`, {}, { token });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_REQUEST']);
  });

  it('counts every sign-in and every person about once a day', async () => {
    const tenant = await aTenant('busy').withAdmin('busy_boss').withMembers(2, 'busy').in(database);
    for (const who of ['busy_boss', 'busy1', 'busy1', 'busy1']) await enter(graph, who, tenant.slug);
    const token = await enter(graph, 'busy_boss');
    await eventually(() => dailyBy(token), ([today]) => today?.signIns === 5);
    await foldAllCounts(parts.tenants);
    expect((await dailyBy(token))[0]).toEqual({ day: dayAgo(0), signIns: 5, activePeople: 2, joined: 0, left: 0 });
    await foldAllCounts(parts.tenants);
    expect((await dailyBy(token))[0]?.activePeople).toBe(2);
  });

  it('counts as about whoever only goes on with a session, on each day they do', async () => {
    const tenant = await aTenant('going-on').withAdmin('going_boss').in(database);
    const boss = person(tenant, 'going_boss').id;
    const [session] = await database.owner<{ id: string }[]>`
      insert into sessions.sessions (id, user_id, tenant_id, device, created_at, last_seen_at, expires_at, absolute_expires_at)
      values (gen_random_uuid(), ${boss}, ${tenant.id}, 'A desk', now() - interval '3 days', now() - interval '3 days', now() + interval '9 days', now() + interval '9 days') returning id`;
    const used = [new Date(clock.now().getTime() - dayMs), new Date(clock.now().getTime() - dayMs + 600_000), clock.now()];
    for (const at of used) await database.owner`select sessions.note_use(array[${session?.id ?? ''}::uuid], array[${at}::timestamptz], array['203.0.113.7'::inet])`;
    await foldAllCounts(parts.tenants);
    expect(await database.owner`select day::text, active_people from tenants.daily_statistics where tenant_id = ${tenant.id} order by day desc`).toEqual([
      { day: dayAgo(0), active_people: 1 },
      { day: dayAgo(1), active_people: 1 },
    ]);
  });

  it('forgets after a week who was about, and never how many', async () => {
    const tenant = await aTenant('old').withAdmin('old_boss').in(database);
    await database.owner`insert into tenants.daily_active_people (tenant_id, day, user_id) values (${tenant.id}, ${dayAgo(8)}, ${person(tenant, 'old_boss').id}), (${tenant.id}, ${dayAgo(7)}, ${person(tenant, 'old_boss').id})`;
    await foldAllCounts(parts.tenants);
    await foldAllCounts(parts.tenants);
    expect(await database.owner`select day::text from tenants.daily_active_people where tenant_id = ${tenant.id}`).toEqual([{ day: dayAgo(7) }]);
    expect(await database.owner`select active_people from tenants.daily_statistics where tenant_id = ${tenant.id}`).toEqual([{ active_people: 1 }, { active_people: 1 }]);
  });

  it('counts registering as joining', async () => {
    await aTenant('joined').withAdmin('joined_boss').in(database);
    expect((await register(graph, { email: 'newcomer@test.kith.test', username: 'newcomer', tenant: 'joined' })).errors).toEqual([]);
    const token = await enter(graph, 'joined_boss');
    await eventually(() => dailyBy(token), ([today]) => today?.joined === 1);
    expect((await statisticsBy(token)).memberCount).toBe(2);
    const players = () => database.owner`select from gamification.players pl join users.people p on p.id = pl.user_id where p.username = 'newcomer'`;
    await eventually(players, (rows) => rows.length === 1);
  });

  it('counts an event once, however often it is delivered', async () => {
    const tenant = await aTenant('once').withAdmin('once_boss').in(database);
    const deliver = async <Name extends EventName>(name: Name, payload: EventPayload<Name>, consumer: string) => {
      const subject = { occurredAt: clock.now(), userId: person(tenant, 'once_boss').id as UserId, tenantId: tenant.id as TenantId, requestId: 'test' }; // made by the harness
      const event = eventOf(name, subject, payload);
      await parts.users.database.transaction({ userId: null, tenantId: null }, (tx) => announce(tx, event));
      const found = parts.consumers.find((candidate) => candidate.name === consumer);
      await Promise.all(Array.from({ length: 5 }, async () => found?.handle(event.id)));
    };
    const membershipId = '01990000-0000-7000-8000-000000000009';
    await deliver('tenant.member_joined', { membershipId, role: 'USER', invitationId: null }, 'tenants.count_joining');
    await deliver('tenant.member_left', { membershipId, actorId: null }, 'tenants.count_leaving');
    await deliver('session.signed_in', { sessionId: membershipId }, 'tenants.count_sign_in');
    expect(await database.owner`select sign_ins, joined, departed from tenants.daily_statistics where tenant_id = ${tenant.id}`).toEqual([{ sign_ins: 1, joined: 1, departed: 1 }]);
  });
});

describe('who may read them', () => {
  it('are moderators and administrators, and of another tenant nobody', async () => {
    const tenant: TestTenant = await aTenant('read').withAdmin('read_boss').withMember('read_mod', 'MODERATOR').withMember('read_user').in(database);
    const seen = async (who: string) => (await graph.ask('{ currentTenant { statistics { memberCount } circulation { sparklePoints } } }', {}, { token: await enter(graph, who, tenant.slug) })).data.currentTenant;
    expect(await seen('read_user')).toEqual({ statistics: null, circulation: null });
    for (const who of ['read_mod', 'read_boss']) expect(await seen(who)).toEqual({ statistics: { memberCount: 3 }, circulation: { sparklePoints: '0.0000' } });
    const away = await aTenant('read-away').withPerson(person(tenant, 'read_boss'), 'ADMIN').in(database);
    const { data } = await graph.ask(`{ tenant(slug: "read") { statistics { memberCount } circulation { sparklePoints } } }`, {}, { token: await enter(graph, 'read_boss', away.slug) });
    expect(data.tenant).toEqual({ statistics: null, circulation: null });
  });
});
