import { removeMember as serveRemoval } from '@kith/tenants/services/parting.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { startKillableGraph } from '../harness/killableGraph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { claimsOf, open, refresh, whoIs } from '../sessions/sessionActs.ts';
import type { TestServices } from './memberActs.ts';
import { leave, outcomeOf, personOf, removeMember, rolesIn, tenantServices, topLevelCode } from './memberActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let services: TestServices;
let home: TestTenant;
let away: TestTenant;
let admin: string;
let moderator: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withAdmin('other_boss').withMember('mod', 'MODERATOR').withMember('other_mod', 'MODERATOR').withMember('robot', 'SYSTEM').withMembers(20).in(database);
  away = await aTenant('away').withAdmin('away_boss').withMember('stranger').withPerson(personOf(home, 'member1')).withPerson(personOf(home, 'member10'), 'ADMIN').in(database);
  graph = await startGraph(database.url, { clock });
  services = tenantServices(database, clock);
  admin = await graph.signIn('boss', { password: testPassword });
  moderator = await graph.signIn('mod', { password: testPassword });
});
afterAll(async () => {
  await services.close();
  await graph.stop();
  await database.drop();
});

const member = (number: number) => personOf(home, `member${number}`);
const sees = '{ me { username } currentTenant { name members { totalCount } } users { nodes { username } } tenants { nodes { slug } } }';

describe('removing somebody', () => {
  it('takes them out of the tenant and its directory, and is audited, told of and voids tokens together', async () => {
    const { id } = member(1);
    const [membership] = await database.owner<{ id: string }[]>`select id from tenants.memberships where tenant_id = ${home.id} and user_id = ${id}`;
    expect(await removeMember(graph, admin, id, '  No manners.  ')).toEqual({ removedUserId: id, errors: [] });
    const actorId = personOf(home, 'boss').id;
    expect((await rolesIn(database, home))['member1']).toBeUndefined();
    expect(await database.owner`select tenant_id from users.directory_entries where user_id = ${id}`).toEqual([{ tenant_id: away.id }]);
    expect(await database.owner`select payload, tenant_id from kith.events where user_id = ${id} and name = 'tenant.member_left'`).toEqual([{ payload: { membershipId: membership?.id, actorId }, tenant_id: home.id }]);
    expect(await database.owner`select action, target_type, actor_id, tenant_id, before, after from tenants.audit_entries where target_id = ${id}`).toEqual([
      { action: 'membership.remove', target_type: 'user', actor_id: actorId, tenant_id: home.id, before: { membershipId: membership?.id, role: 'USER' }, after: { reason: 'No manners.' } },
    ]);
    expect(await database.owner`select 1 from sessions.revocations where user_id = ${id}`).toHaveLength(1);
  });

  it('leaves them nothing of the tenant: not with the old token, and not with the next', async () => {
    const opened = await open(graph, { login: 'member2', password: testPassword });
    expect((await graph.ask(sees, {}, { token: opened.accessToken })).data.users.nodes.length).toBeGreaterThan(10);
    await removeMember(graph, admin, member(2).id);
    await eventually(() => whoIs(graph, opened.accessToken), (who) => who === 'UNAUTHENTICATED', 1_000);
    expect((await graph.ask(sees, {}, { token: opened.accessToken })).data ?? null).toBeNull();
    clock.advanceSeconds(2);
    const next = await refresh(graph, opened.refreshToken);
    expect(claimsOf(next.accessToken)).toMatchObject({ tid: null, role: null });
    expect((await graph.ask(sees, {}, { token: next.accessToken })).data).toEqual({ me: { username: 'member2' }, currentTenant: null, users: { nodes: [] }, tenants: { nodes: [] } });
  });

  it('holds in another process within a second', async () => {
    const other = await startKillableGraph(database);
    const token = await graph.signIn('member3', { password: testPassword });
    const ask = async (): Promise<string> => {
      const response = await fetch(`${other.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query: '{ me { username } currentTenant { name } }' }) });
      const { data, errors } = (await response.json()) as { data?: { currentTenant: { name: string } }; errors?: readonly { extensions: { code: string } }[] }; // what was asked for
      return errors?.[0]?.extensions.code ?? data?.currentTenant.name ?? 'nothing';
    };
    expect(await ask()).toBe('Tenant home');
    await removeMember(graph, admin, member(3).id);
    await eventually(ask, (seen) => seen === 'UNAUTHENTICATED', 1_000);
    await other.stop();
  });

  it.each([
    ['somebody of another tenant', () => personOf(away, 'stranger').id],
    ['nobody', () => '01890000-0000-7000-8000-000000000000'],
    ['what is no id', () => 'nobody'],
  ])('%s is answered alike', async (_, idOf) => {
    for (const token of [admin, moderator]) expect(await removeMember(graph, token, idOf())).toEqual({ removedUserId: null, errors: [{ code: 'USER_UNKNOWN', path: ['input', 'userId'] }] });
    expect((await rolesIn(database, away))['stranger']).toBe('USER');
  });

  it.each([
    ['nobody in particular', null, 'UNAUTHENTICATED'],
    ['a member', 'member5', 'FORBIDDEN'],
  ])('is not for %s', async (_, username, code) => {
    const token = username === null ? undefined : await graph.signIn(username, { password: testPassword });
    expect(await topLevelCode(removeMember(graph, token, member(6).id))).toBe(code);
    expect((await rolesIn(database, home))['member6']).toBe('USER');
  });

  it('by a moderator is for those below them', async () => {
    for (const username of ['boss', 'other_mod', 'robot']) expect([username, await topLevelCode(removeMember(graph, moderator, personOf(home, username).id))]).toEqual([username, 'FORBIDDEN']);
    expect(await removeMember(graph, moderator, member(7).id)).toEqual({ removedUserId: member(7).id, errors: [] });
  });

  it('is for oneself called leaving', async () => {
    for (const [token, username] of [[admin, 'boss'], [moderator, 'mod']] as const) {
      expect((await removeMember(graph, token, personOf(home, username).id)).errors).toEqual([{ code: 'SELF_TARGETED', path: ['input', 'userId'] }]);
    }
  });

  it('takes a reason of 500 characters, and none that is longer', async () => {
    expect((await removeMember(graph, admin, member(8).id, 'r'.repeat(501))).errors).toEqual([{ code: 'REASON_REQUIRED', path: ['input', 'reason'] }]);
    expect((await removeMember(graph, admin, member(8).id, '𝄞'.repeat(500))).errors).toEqual([]);
  });

  it('keeps an administrator, whoever of two removes the other at the same time, 20 times', async () => {
    const duel = await aTenant('duel').withAdmin('ida').withAdmin('otto').in(database);
    const [ida, otto] = [personOf(duel, 'ida'), personOf(duel, 'otto')];
    const memberships = await database.owner`select * from tenants.memberships where tenant_id = ${duel.id}`;
    for (let round = 0; round < 20; round += 1) {
      const outcomes = await Promise.all([
        outcomeOf(serveRemoval(services.as(duel, ida), { userId: otto.id })),
        outcomeOf(serveRemoval(services.as(duel, otto), { userId: ida.id })),
      ]);
      expect(outcomes.toSorted()).toEqual(['DONE', 'LAST_ADMINISTRATOR']);
      await database.owner`insert into tenants.memberships ${database.owner(memberships)} on conflict do nothing`;
    }
  });

  it('is done once when two do it at once', async () => {
    const twice = [services.as(home, personOf(home, 'boss')), services.as(home, personOf(home, 'other_boss'))];
    const outcomes = await Promise.all(twice.map((acting) => outcomeOf(serveRemoval(acting, { userId: member(9).id }))));
    expect(outcomes.toSorted()).toEqual(['DONE', 'USER_UNKNOWN']);
    expect(await database.owner`select 1 from kith.events where user_id = ${member(9).id} and name = 'tenant.member_left'`).toHaveLength(1);
  });
});

describe('leaving', () => {
  it('is possible for any tenant of one\'s own, also one that one does not act in', async () => {
    const opened = await open(graph, { login: 'member10', password: testPassword, tenant: 'home' });
    expect(await leave(graph, opened.accessToken, away.id)).toEqual({ leftTenantId: away.id, errors: [] });
    expect((await rolesIn(database, away))['member10']).toBeUndefined();
    const [entry] = await database.owner`select action, actor_id, tenant_id from tenants.audit_entries where target_id = ${member(10).id}`;
    expect(entry).toEqual({ action: 'membership.leave', actor_id: member(10).id, tenant_id: away.id });
    await eventually(() => whoIs(graph, opened.accessToken), (who) => who === 'UNAUTHENTICATED', 1_000);
    clock.advanceSeconds(2);
    const { accessToken } = await refresh(graph, opened.refreshToken);
    const { data } = await graph.ask('{ currentTenant { slug } tenants { nodes { slug } } }', {}, { token: accessToken });
    expect(data).toEqual({ currentTenant: { slug: 'home' }, tenants: { nodes: [{ slug: 'home' }] } });
  });

  it('is meant of the active tenant when none is named', async () => {
    const token = await graph.signIn('member11', { password: testPassword });
    expect(await leave(graph, token)).toEqual({ leftTenantId: home.id, errors: [] });
    expect((await rolesIn(database, home))['member11']).toBeUndefined();
  });

  it.each([
    ['a tenant that is somebody else\'s', () => away.id],
    ['no tenant', () => '01890000-0000-7000-8000-000000000000'],
    ['what is no id', () => 'home'],
  ])('%s is answered alike', async (_, idOf) => {
    const token = await graph.signIn('member12', { password: testPassword });
    expect(await leave(graph, token, idOf())).toEqual({ leftTenantId: null, errors: [{ code: 'TENANT_UNKNOWN', path: ['input', 'tenantId'] }] });
  });

  it('is refused to the last administrator, and to nobody who is not signed in is it offered', async () => {
    const boss = await graph.signIn('away_boss', { password: testPassword });
    expect((await leave(graph, boss)).errors).toEqual([{ code: 'LAST_ADMINISTRATOR', path: ['input', 'tenantId'] }]);
    expect(await topLevelCode(leave(graph, undefined, away.id))).toBe('UNAUTHENTICATED');
  });
});
