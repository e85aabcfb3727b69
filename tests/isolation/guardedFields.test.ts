import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import type { Audience } from './matrix/audiences.ts';
import { listedAudiences } from './matrix/fieldRules.ts';
import { fieldText } from './matrix/operations.ts';
import { pathsFrom } from './matrix/paths.ts';
import { apiSchema } from './matrix/schemaFields.ts';
import type { TwoTenants } from './twoTenants.ts';
import { makeTwoTenants, personOf } from './twoTenants.ts';

/** The guarded fields of a person that hold something in this world. */
const held = ['email', 'status', 'statusReason', 'suspendedUntil', 'preferences', 'security'];

/** Every guarded field of a person, with who reads it and how it is asked for. */
const fields = [...listedAudiences()].flatMap(([coordinate, who]) => {
  const [type, name = ''] = coordinate.split('.');
  return type === 'User' ? [{ name, who, what: textOf(name) }] : [];
});

/** Who asks, and what they are to one person, who belongs to both tenants. */
const readers: [string, { username: string; tenant: string; among: Audience[] }][] = [
  ['themselves, acting at home', { username: 'in_both', tenant: 'home', among: ['SELF'] }],
  ['themselves, acting away', { username: 'in_both', tenant: 'far-away', among: ['SELF', 'TENANT_MODERATORS', 'TENANT_ADMINS'] }],
  ['an administrator at home', { username: 'home_admin', tenant: 'home', among: ['TENANT_MODERATORS', 'TENANT_ADMINS'] }],
  ['an administrator away', { username: 'far_admin', tenant: 'far-away', among: ['TENANT_MODERATORS', 'TENANT_ADMINS'] }],
  ['a moderator', { username: 'home_moderator', tenant: 'home', among: ['TENANT_MODERATORS'] }],
  ['an ordinary member', { username: 'home_member', tenant: 'home', among: [] }],
  ['a platform administrator who is an ordinary member', { username: 'home_platform', tenant: 'home', among: ['PLATFORM_ADMINISTRATORS'] }],
];

/** A field of a person in an operation, with what it tells itself. */
function textOf(name: string): string {
  const type = apiSchema().getType('User');
  const [step] = isObjectType(type) ? pathsFrom(type, [name], {}, 1) : [];
  if (step === undefined) throw new Error(`a person has no ${name}`);
  // Lists come in the size they come in when nobody says.
  return fieldText(step, () => []);
}

describe('the fields that not everybody reads', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let world: TwoTenants;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    database = await testDatabase('migrated');
    world = await makeTwoTenants(database);
    graph = await startGraph(database.url);
    for (const [, { username, tenant }] of readers) tokens.set(`${username} ${tenant}`, await graph.signIn(username, { password: testPassword, tenant }));
    // Suspended once everybody is in, so that every guarded field holds something.
    await database.owner`update users.people set status = 'SUSPENDED', status_reason = 'a reason', suspended_until = now() + interval '1 day' where id = ${world.both.id}`;
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const signedIn = async (username: string, tenant: string): Promise<string> => tokens.get(`${username} ${tenant}`) ?? graph.signIn(username, { password: testPassword, tenant });
  const read = async (token: string | undefined, id: string, what: string) => (await graph.ask(`query ($id: ID!) { user(id: $id) { id ${what} } }`, { id }, { token })).data.user;

  test.each(readers)('of somebody are read by %s as the table says', async (_, { username, tenant, among }) => {
    const seen = await read(await signedIn(username, tenant), world.both.id, fields.map(({ what }) => what).join(' '));
    for (const { name, who } of fields) {
      const reads = who.some((audience) => among.includes(audience));
      if (held.includes(name) || !reads) expect(seen[name] !== null, name).toBe(reads);
    }
  });

  test.each(readers)('asked for one by one answer %s the same', async (_, { username, tenant, among }) => {
    const token = await signedIn(username, tenant);
    for (const { name, who, what } of fields) {
      const reads = who.some((audience) => among.includes(audience));
      if (held.includes(name) || !reads) expect((await read(token, world.both.id, what))[name] !== null, name).toBe(reads);
    }
  });

  test('of somebody are read by nobody without a token, as there is nobody', async () => {
    expect(await read(undefined, world.both.id, fields.map(({ what }) => what).join(' '))).toBeNull();
  });

  test('are read by an administrator of one tenant nowhere else: acting as an ordinary member of another they are null', async () => {
    await database.owner`update tenants.memberships set role = 'USER' where user_id = ${world.both.id} and tenant_id = ${world.home.id}`;
    const token = await signedIn('in_both', 'home');
    const colleague = personOf(world.home, 'home_member');
    expect(await read(token, colleague.id, fields.map(({ what }) => what).join(' '))).toEqual({ id: colleague.id, ...Object.fromEntries(fields.map(({ name }) => [name, null])) });
  });

  test('show an administrator the sessions that were opened in their tenant, and no others', async () => {
    const sessions = 'security { sessions(first: 200) { nodes { id } totalCount } }';
    const opened = async (tenantId: string): Promise<string[]> => {
      const rows = await database.owner<{ id: string }[]>`select id from sessions.sessions where user_id = ${world.both.id} and tenant_id = ${tenantId} order by id`;
      return rows.map(({ id }) => id);
    };
    const shown = async (token: string): Promise<string[]> => {
      const { nodes, totalCount } = (await read(token, world.both.id, sessions)).security.sessions;
      expect(totalCount).toBe(nodes.length);
      return nodes.map((node: { id: string }) => node.id).toSorted();
    };
    const own = await signedIn('in_both', 'home');
    const [atHome, away] = [await opened(world.home.id), await opened(world.away.id)];
    expect(await shown(await signedIn('home_admin', 'home'))).toEqual(atHome);
    expect(await shown(await signedIn('far_admin', 'far-away'))).toEqual(away);
    expect(await shown(own)).toEqual([...atHome, ...away].toSorted());
    expect(atHome.length).not.toBe(away.length);
  });

  test('tell an administrator nothing of memberships elsewhere, which are their own business', async () => {
    const memberships = 'memberships { nodes { id role tenant { slug } } totalCount }';
    const atHome = { id: world.bothAtHome.membershipId, role: 'USER', tenant: { slug: 'home' } };
    const away = { id: world.bothAway.membershipId, role: 'ADMIN', tenant: { slug: 'far-away' } };
    for (const username of ['home_admin', 'home_moderator', 'home_member', 'home_platform']) {
      expect((await read(await signedIn(username, 'home'), world.both.id, memberships)).memberships, username).toEqual({ nodes: [atHome], totalCount: 1 });
    }
    expect((await read(await signedIn('far_member_1', 'far-away'), world.both.id, memberships)).memberships).toEqual({ nodes: [away], totalCount: 1 });
    expect((await read(await signedIn('in_both', 'home'), world.both.id, memberships)).memberships).toEqual({ nodes: [atHome, away], totalCount: 2 });
  });

  test('tell the points of the active tenant only', async () => {
    const player = 'player { id achievements { nodes { achievement { name } } } }';
    const names = async (username: string, tenant: string): Promise<[string, string[]]> => {
      const seen = (await read(await signedIn(username, tenant), world.both.id, player)).player;
      return [seen.id, seen.achievements.nodes.map((node: { achievement: { name: string } }) => node.achievement.name)];
    };
    expect(await names('in_both', 'home')).toEqual([world.bothAtHome.playerId, ['Stayed home', 'Came home']]);
    expect(await names('in_both', 'far-away')).toEqual([world.bothAway.playerId, ['Stayed far', 'Went far']]);
  });
});
