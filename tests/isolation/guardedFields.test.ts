import { subgraphSdl } from '@kith/schema/sdl.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { parse, visit } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import type { TwoTenants } from './twoTenants.ts';
import { makeTwoTenants, personOf } from './twoTenants.ts';

/** Every guarded field of the graph, and what is asked of it. */
const fields = { email: 'email', status: 'status', statusReason: 'statusReason', suspendedUntil: 'suspendedUntil', preferences: 'preferences { locale }', security: 'security { sessions { totalCount } }' };
type Field = keyof typeof fields;

/** Who reads what of one person, who belongs to both tenants. `false` is null. */
const readers: [string, { username: string; tenant: string; reads: Record<Field, boolean> }][] = [
  ['themselves, acting at home', { username: 'in_both', tenant: 'home', reads: { email: true, status: true, statusReason: true, suspendedUntil: true, preferences: true, security: true } }],
  ['themselves, acting away', { username: 'in_both', tenant: 'far-away', reads: { email: true, status: true, statusReason: true, suspendedUntil: true, preferences: true, security: true } }],
  ['an administrator at home', { username: 'home_admin', tenant: 'home', reads: { email: true, status: true, statusReason: true, suspendedUntil: true, preferences: false, security: true } }],
  ['an administrator away', { username: 'far_admin', tenant: 'far-away', reads: { email: true, status: true, statusReason: true, suspendedUntil: true, preferences: false, security: true } }],
  ['a moderator', { username: 'home_moderator', tenant: 'home', reads: { email: false, status: false, statusReason: false, suspendedUntil: false, preferences: false, security: false } }],
  ['an ordinary member', { username: 'home_member', tenant: 'home', reads: { email: false, status: false, statusReason: false, suspendedUntil: false, preferences: false, security: false } }],
  ['a platform administrator who is an ordinary member', { username: 'home_platform', tenant: 'home', reads: { email: false, status: false, statusReason: false, suspendedUntil: false, preferences: false, security: false } }],
];

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

  test('are those that the SDL marks with an audience', () => {
    const marked = new Set<string>();
    for (const name of subgraphNames) {
      visit(parse(subgraphSdl(name)), {
        FieldDefinition: (field) => {
          if (field.directives?.some((directive) => directive.name.value === 'audience')) marked.add(field.name.value);
        },
      });
    }
    expect([...marked].toSorted()).toEqual(Object.keys(fields).toSorted());
  });

  test.each(readers)('of somebody are read by %s as the table says', async (_, { username, tenant, reads }) => {
    const seen = await read(await signedIn(username, tenant), world.both.id, Object.values(fields).join(' '));
    expect(Object.fromEntries(Object.keys(fields).map((field) => [field, seen[field] !== null]))).toEqual(reads);
  });

  test.each(readers)('asked for one by one answer %s the same', async (_, { username, tenant, reads }) => {
    const token = await signedIn(username, tenant);
    for (const [field, what] of Object.entries(fields)) expect((await read(token, world.both.id, what))[field] !== null, field).toBe(reads[field as Field]); // the keys of fields
  });

  test('of somebody are read by nobody without a token, as there is nobody', async () => {
    expect(await read(undefined, world.both.id, Object.values(fields).join(' '))).toBeNull();
  });

  test('are read by an administrator of one tenant nowhere else: acting as an ordinary member of another they are null', async () => {
    await database.owner`update tenants.memberships set role = 'USER' where user_id = ${world.both.id} and tenant_id = ${world.home.id}`;
    const token = await signedIn('in_both', 'home');
    const colleague = personOf(world.home, 'home_member');
    expect(await read(token, colleague.id, Object.values(fields).join(' '))).toEqual({ id: colleague.id, email: null, status: null, statusReason: null, suspendedUntil: null, preferences: null, security: null });
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
