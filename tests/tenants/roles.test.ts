import { changeRole as serveChange } from '@kith/tenants/services/changingRole.ts';
import { leaveTenant } from '@kith/tenants/services/parting.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { claimsOf, open, refresh, whoIs } from '../sessions/sessionActs.ts';
import type { TestServices } from './memberActs.ts';
import { changeRole, outcomeOf, personOf, rolesIn, tenantServices, topLevelCode } from './memberActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let services: TestServices;
let home: TestTenant;
let away: TestTenant;
let admin: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  away = await aTenant('away').withAdmin('away_boss').withMember('stranger').in(database);
  home = await aTenant('home').withAdmin('boss').withMember('mod', 'MODERATOR').withMember('robot', 'SYSTEM').withPerson(personOf(away, 'away_boss')).withMembers(12).in(database);
  graph = await startGraph(database.url, { clock });
  services = tenantServices(database, clock);
  admin = await graph.signIn('boss', { password: testPassword });
});
afterAll(async () => {
  await services.close();
  await graph.stop();
  await database.drop();
});

const member = (number: number) => personOf(home, `member${number}`);
const factsAbout = async (id: string) => ({
  changes: await database.owner`select from_role, to_role, changed_by from tenants.role_changes where user_id = ${id} order by changed_at, id`,
  events: await database.owner`select payload, tenant_id from kith.events where user_id = ${id} and name = 'tenant.member_role_changed'`,
  entries: await database.owner`select action, target_type, actor_id, before, after from tenants.audit_entries where target_id = ${id}`,
  voided: await database.owner`select 1 from sessions.revocations where user_id = ${id}`,
});

describe('changing a role', () => {
  it('answers the membership, and is recorded, audited, told of and voids tokens together', async () => {
    const { id } = member(1);
    const { membership, errors } = await changeRole(graph, admin, id, 'CREATOR');
    expect(errors).toEqual([]);
    expect(membership).toEqual({ id: expect.any(String), role: 'CREATOR', tenant: { slug: 'home' }, viewerCan: { changeRole: true, remove: true } });
    const actorId = personOf(home, 'boss').id;
    expect(await factsAbout(id)).toEqual({
      changes: [{ from_role: 'USER', to_role: 'CREATOR', changed_by: actorId }],
      events: [{ payload: { membershipId: membership.id, from: 'USER', to: 'CREATOR', actorId }, tenant_id: home.id }],
      entries: [{ action: 'membership.role_change', target_type: 'user', actor_id: actorId, before: { membershipId: membership.id, role: 'USER' }, after: { membershipId: membership.id, role: 'CREATOR' } }],
      voided: [expect.anything()],
    });
    expect(await database.owner`select role from users.directory_entries where user_id = ${id}`).toEqual([{ role: 'CREATOR' }]);
  });

  it('to the role somebody has changes nothing, and is told of nowhere', async () => {
    const { id } = member(2);
    expect(await changeRole(graph, admin, id, 'USER')).toMatchObject({ membership: { role: 'USER' }, errors: [] });
    expect(await factsAbout(id)).toEqual({ changes: [], events: [], entries: [], voided: [] });
  });

  it('leaves nothing when one of these cannot be written', async () => {
    const { id } = member(3);
    await database.owner.unsafe(`
      create function tenants.fail() returns trigger language plpgsql as $$ begin raise exception 'no audit today'; end $$;
      create trigger fail before insert on tenants.audit_entries for each row execute function tenants.fail()`);
    await expect(changeRole(graph, admin, id, 'ADMIN')).rejects.toThrow('INTERNAL');
    await database.owner.unsafe('drop trigger fail on tenants.audit_entries');
    expect((await rolesIn(database, home))['member3']).toBe('USER');
    expect(await factsAbout(id)).toEqual({ changes: [], events: [], entries: [], voided: [] });
  });

  it('holds from the next request on: the old token is refused, the next one says the new role', async () => {
    const opened = await open(graph, { login: 'member4', password: testPassword });
    expect(claimsOf(opened.accessToken).role).toBe('USER');
    await changeRole(graph, admin, member(4).id, 'MODERATOR');
    await eventually(() => whoIs(graph, opened.accessToken), (who) => who === 'UNAUTHENTICATED', 1_000);
    clock.advanceSeconds(2);
    const next = await refresh(graph, opened.refreshToken);
    expect(claimsOf(next.accessToken).role).toBe('MODERATOR');
    expect(await whoIs(graph, next.accessToken)).toBe('member4');
  });

  it.each([
    ['somebody of another tenant', () => personOf(away, 'stranger').id],
    ['nobody', () => '01890000-0000-7000-8000-000000000000'],
    ['what is no id', () => 'nobody'],
  ])('of %s answers alike', async (_, idOf) => {
    expect(await changeRole(graph, admin, idOf(), 'CREATOR')).toEqual({ membership: null, errors: [{ code: 'USER_UNKNOWN', path: ['input', 'userId'] }] });
  });

  it('gives nobody the role SYSTEM, and takes it from nobody', async () => {
    expect(await changeRole(graph, admin, member(5).id, 'SYSTEM')).toEqual({ membership: null, errors: [{ code: 'ROLE_UNASSIGNABLE', path: ['input', 'role'] }] });
    expect(await topLevelCode(changeRole(graph, admin, personOf(home, 'robot').id, 'USER'))).toBe('FORBIDDEN');
  });

  it.each([
    ['nobody in particular', null, 'UNAUTHENTICATED'],
    ['a member', 'member6', 'FORBIDDEN'],
    ['a moderator', 'mod', 'FORBIDDEN'],
  ])('is not for %s', async (_, username, code) => {
    const token = username === null ? undefined : await graph.signIn(username, { password: testPassword });
    expect(await topLevelCode(changeRole(graph, token, member(7).id, 'ADMIN'))).toBe(code);
    if (username !== null) expect(await topLevelCode(changeRole(graph, token, personOf(home, username).id, 'ADMIN'))).toBe(code);
    expect((await rolesIn(database, home))['member7']).toBe('USER');
  });

  it('is of no help to an administrator of another tenant who acts here as a member', async () => {
    const token = await graph.signIn('away_boss', { password: testPassword, tenant: 'home' });
    expect(await topLevelCode(changeRole(graph, token, member(7).id, 'ADMIN'))).toBe('FORBIDDEN');
  });

  it('of the last administrator is refused, and lets them go once there is another', async () => {
    const boss = await graph.signIn('away_boss', { password: testPassword, tenant: 'away' });
    const { id } = personOf(away, 'away_boss');
    expect(await changeRole(graph, boss, id, 'USER')).toEqual({ membership: null, errors: [{ code: 'LAST_ADMINISTRATOR', path: ['input', 'role'] }] });
    await changeRole(graph, boss, personOf(away, 'stranger').id, 'ADMIN');
    expect((await changeRole(graph, boss, id, 'USER')).errors).toEqual([]);
    expect(await rolesIn(database, away)).toEqual({ away_boss: 'USER', stranger: 'ADMIN' });
  });
});

describe('User.membership and what may be done with it', () => {
  it('is the place in the active tenant, and nothing of another', async () => {
    const { data } = await graph.ask('query ($id: ID!, $other: ID!) { user(id: $id) { membership { role tenant { slug } } } other: user(id: $other) { id } }', { id: personOf(away, 'away_boss').id, other: personOf(away, 'stranger').id }, { token: admin });
    expect(data).toEqual({ user: { membership: { role: 'USER', tenant: { slug: 'home' } } }, other: null });
  });

  it.each([
    ['boss', { boss: [true, false], mod: [true, true], member8: [true, true], robot: [false, false] }],
    ['mod', { boss: [false, false], mod: [false, false], member8: [false, true], robot: [false, false] }],
    ['member9', { boss: [false, false], mod: [false, false], member8: [false, false], member9: [false, false] }],
  ] as const)('says to %s what they may do', async (viewer, expected) => {
    const token = await graph.signIn(viewer, { password: testPassword });
    const seen: Record<string, boolean[]> = {};
    for (const username of Object.keys(expected)) {
      const { data } = await graph.ask('query ($username: String!) { userByUsername(username: $username) { membership { viewerCan { changeRole remove } } } }', { username }, { token });
      const { changeRole: change, remove } = data.userByUsername.membership.viewerCan;
      seen[username] = [change, remove];
    }
    expect(seen).toEqual(expected);
  });

  it('tells how the role changed, to the person, from elsewhere too, and to administrators, and to nobody else', async () => {
    const { id } = personOf(away, 'away_boss');
    for (const role of ['CREATOR', 'MODERATOR']) {
      clock.advanceSeconds(1);
      await changeRole(graph, admin, id, role);
    }
    clock.advanceSeconds(2);
    const changes = 'roleChanges { nodes { from to changedBy { username } } totalCount }';
    const expected = (changedBy: object | null) => ({ nodes: [{ from: 'CREATOR', to: 'MODERATOR', changedBy }, { from: 'USER', to: 'CREATOR', changedBy }], totalCount: 2 });
    const asked = async (token: string) => (await graph.ask(`query ($id: ID!) { user(id: $id) { membership { ${changes} } } }`, { id }, { token })).data.user.membership.roleChanges;
    expect(await asked(admin)).toEqual(expected({ username: 'boss' }));
    expect(await asked(await graph.signIn('away_boss', { password: testPassword, tenant: 'home' }))).toEqual(expected({ username: 'boss' }));
    expect(await asked(await graph.signIn('mod', { password: testPassword }))).toBeNull();
    // From another tenant one sees one's own history, but not the people of the tenant it happened in.
    const { data } = await graph.ask(`{ me { memberships { nodes { tenant { slug } ${changes} } } } }`, {}, { token: await graph.signIn('away_boss', { password: testPassword, tenant: 'away' }) });
    expect(data.me.memberships.nodes.find((node: { tenant: { slug: string } }) => node.tenant.slug === 'home').roleChanges).toEqual(expected(null));
  });
});

describe('a tenant keeps an administrator', () => {
  const rounds = 50;

  it(`whoever of two demotes the other at the same time, ${rounds} times`, async () => {
    const duel = await aTenant('duel').withAdmin('ida').withAdmin('otto').in(database);
    const [ida, otto] = [personOf(duel, 'ida'), personOf(duel, 'otto')];
    for (let round = 0; round < rounds; round += 1) {
      await database.owner`update tenants.memberships set role = 'ADMIN' where tenant_id = ${duel.id}`;
      const outcomes = await Promise.all([
        outcomeOf(serveChange(services.as(duel, ida), { userId: otto.id, role: 'USER' })),
        outcomeOf(serveChange(services.as(duel, otto), { userId: ida.id, role: 'USER' })),
      ]);
      expect(outcomes.toSorted()).toEqual(['DONE', 'LAST_ADMINISTRATOR']);
      expect(Object.values(await rolesIn(database, duel)).toSorted()).toEqual(['ADMIN', 'USER']);
    }
  });

  it(`whoever of two leaves at the same time, ${rounds} times`, async () => {
    const pair = await aTenant('pair').withAdmin('ann').withAdmin('ben').in(database);
    const people = [personOf(pair, 'ann'), personOf(pair, 'ben')];
    const memberships = await database.owner`select * from tenants.memberships where tenant_id = ${pair.id}`;
    for (let round = 0; round < rounds; round += 1) {
      const outcomes = await Promise.all(people.map((person) => outcomeOf(leaveTenant(services.as(pair, person), {}))));
      expect(outcomes.toSorted()).toEqual(['DONE', 'LAST_ADMINISTRATOR']);
      expect(Object.values(await rolesIn(database, pair))).toEqual(['ADMIN']);
      await database.owner`insert into tenants.memberships ${database.owner(memberships)} on conflict do nothing`;
    }
  });

  it('is what the trigger does: without it both would go', async () => {
    const lost = await aTenant('lost').withAdmin('uma').withAdmin('vic').in(database);
    await database.owner`alter table tenants.memberships disable trigger keeps_an_administrator`;
    for (const name of ['uma', 'vic']) expect(await outcomeOf(leaveTenant(services.as(lost, personOf(lost, name)), {}))).toBe('DONE');
    await database.owner`alter table tenants.memberships enable trigger keeps_an_administrator`;
    expect(await rolesIn(database, lost)).toEqual({});
  });

  it('does not count whoever is deleted, and lets what is left of them be removed', async () => {
    const ghosts = await aTenant('ghosts').withAdmin('living').withAdmin('deceased').in(database);
    const [living, deceased] = [personOf(ghosts, 'living'), personOf(ghosts, 'deceased')];
    await database.owner`update users.people set status = 'DELETED', deleted_at = now() where id = ${deceased.id}`;
    expect(await outcomeOf(leaveTenant(services.as(ghosts, living), {}))).toBe('LAST_ADMINISTRATOR');
    await database.owner`delete from tenants.memberships where user_id = ${deceased.id}`;
    await database.owner`update users.people set status = 'DELETED', deleted_at = now() where id = ${living.id}`;
    await database.owner`delete from tenants.memberships where user_id = ${living.id}`;
    expect(await rolesIn(database, ghosts)).toEqual({});
  });

  it('is asked of no tenant that is deleted', async () => {
    const closed = await aTenant('closed').withAdmin('last_one').in(database);
    await expect(database.owner`delete from tenants.memberships where tenant_id = ${closed.id}`).rejects.toThrow('without an administrator');
    await database.owner`update tenants.tenants set status = 'SUSPENDED', deleted_at = now(), deleted_by = ${personOf(closed, 'last_one').id} where id = ${closed.id}`;
    await database.owner`delete from tenants.memberships where tenant_id = ${closed.id}`;
    expect(await rolesIn(database, closed)).toEqual({});
  });

  it('crossed changes of role, and follows in between, never wait in a circle, 100 times', async () => {
    const ring = await aTenant('ring').withAdmin('north').withAdmin('south').withAdmin('anchor').in(database);
    const [north, south] = [personOf(ring, 'north'), personOf(ring, 'south')];
    const follow = (one: string, other: string) => database.owner`insert into users.follows (follower_id, followed_id, created_at) values (${one}, ${other}, now()) on conflict do nothing`;
    for (let round = 0; round < 100; round += 1) {
      const role = round % 2 === 0 ? 'MODERATOR' : 'ADMIN';
      const outcomes = await Promise.all([
        outcomeOf(serveChange(services.as(ring, north), { userId: south.id, role })),
        outcomeOf(serveChange(services.as(ring, south), { userId: north.id, role })),
        outcomeOf(follow(north.id, south.id)),
        outcomeOf(follow(south.id, north.id)),
      ]);
      expect(outcomes).toEqual(['DONE', 'DONE', 'DONE', 'DONE']);
      await database.owner`delete from users.follows`;
    }
    expect(await rolesIn(database, ring)).toEqual({ north: 'ADMIN', south: 'ADMIN', anchor: 'ADMIN' });
  });
});
