import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph, TestGraphOptions } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import { askAll, foreignCursors, tellingOf } from './askedBy.ts';
import type { Prying } from './prying.ts';
import { pryingQuestions } from './prying.ts';
import { withoutTenantConditions } from './strippedStatements.ts';
import type { TwoTenants } from './twoTenants.ts';
import { makeTwoTenants } from './twoTenants.ts';

/** Who asks: people of one tenant about the other. */
const strangers: [string, string][] = [
  ['an ordinary member', 'home_member'],
  ['a moderator', 'home_moderator'],
  ['an administrator', 'home_admin'],
  ['a platform administrator', 'home_platform'],
];
const member = 'far_member_2';

/**
 * Tenancy is kept twice: by the statements and rules of the code, and by PostgreSQL's policies. Each has to be enough alone,
 * so that a mistake in one is no leak. The reader of these builds is what reads past the policies, or the SQL what lost its conditions.
 */
const past = (url: string): TestGraphOptions => ({ environment: { READER_DATABASE_URL: url } });
interface Build {
  readonly options: (url: string) => TestGraphOptions;
  /** Without conditions one's own place is found as a member's of the active tenant and as one's own elsewhere. That is no leak. */
  readonly ownPlaces: number;
}
const builds: [string, Build][] = [
  ['as it is', { options: () => ({}), ownPlaces: 1 }],
  ['with every tenant condition taken out of its SQL', { options: () => ({ rewrite: withoutTenantConditions }), ownPlaces: 2 }],
  ["reading past PostgreSQL's policies", { options: past, ownPlaces: 1 }],
];

let database: TestDatabase;
let world: TwoTenants;
let prying: Record<string, Prying>;

beforeAll(async () => {
  database = await testDatabase('migrated');
  world = await makeTwoTenants(database);
  const graph = await startGraph(database.url);
  prying = pryingQuestions(world, await foreignCursors(graph));
  await graph.stop();
});
afterAll(() => database.drop());

describe.each(builds)('the graph %s', (_, { options, ownPlaces }) => {
  let graph: TestGraph;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    graph = await startGraph(database.url, options(database.url));
    for (const username of [...strangers.map(([, name]) => name), member]) tokens[username] = await graph.signIn(username, { password: testPassword });
    tokens['in_both'] = await graph.signIn('in_both', { password: testPassword, tenant: 'home' });
  });
  afterAll(() => graph.stop());

  test.each(strangers)('tells %s of another tenant nothing of this one, whatever they ask', async (_who, username) => {
    const answers = await askAll(graph, prying, tokens[username]);
    expect(Object.values(answers).flatMap(({ errors }) => errors)).toEqual([]);
    // That there is such a tenant, and what it is called, administrators of the platform may know.
    const face = username === 'home_platform' ? [world.away.id, world.away.slug, `Tenant ${world.away.slug}`] : [];
    expect(tellingOf(answers, world.foreign.filter((marker) => !face.includes(marker)))).toEqual([]);
    expect(tellingOf(answers, face)).toEqual(face.length > 0 ? ['a tenant by id', 'a tenant by slug'] : []);
  });

  test('tells somebody without a token nothing of any tenant', async () => {
    const answers = await askAll(graph, prying, undefined);
    expect(tellingOf(answers, [...world.foreign, ...Object.values(world.home.people).flatMap(({ id, username }) => [id, username])])).toEqual([]);
  });

  test('tells somebody who belongs to both, and acts in the other one, of their own place there and of nothing else', async () => {
    const answers = await askAll(graph, prying, tokens['in_both']);
    const own = [world.away.id, world.away.slug, `Tenant ${world.away.slug}`, world.bothAway.membershipId, ...world.bothAway.roleChangeIds, ...world.bothAway.sessionIds];
    expect(tellingOf(answers, world.foreign.filter((marker) => !own.includes(marker)))).toEqual([]);
    expect(tellingOf(answers, own)).toContain('oneself');
  });

  test('counts for a stranger what they may see and no more', async () => {
    const { data } = await graph.ask(
      'query ($id: ID!, $search: String) { users { totalCount } found: users(search: $search) { totalCount } currentTenant { members { totalCount } } tenants { totalCount } user(id: $id) { memberships { totalCount } security { sessions { totalCount } } player { achievements { totalCount } } } }',
      { id: world.both.id, search: 'far_' },
      { token: tokens['home_admin'] },
    );
    expect(data).toMatchObject({
      users: { totalCount: 5 },
      found: { totalCount: 0 },
      currentTenant: { members: { totalCount: 4 + ownPlaces } },
      tenants: { totalCount: ownPlaces },
      user: { memberships: { totalCount: 1 }, player: { achievements: { totalCount: 2 } } },
    });
    const [opened] = await database.owner`select count(*)::int as count from sessions.sessions where user_id = ${world.both.id} and tenant_id = ${world.home.id}`;
    expect(data.user.security.sessions.totalCount).toBe(opened?.['count']);
  });

  test('tells a member of the tenant all of it by the same questions', async () => {
    const text = JSON.stringify(await askAll(graph, prying, tokens[member]));
    // The addresses and sessions of others, invitations, changes of role and the audit log are for administrators, in their own tenant as well.
    const rows = await database.owner<{ id: string }[]>`select id from sessions.sessions union all select id from tenants.invitations union all select id from tenants.role_changes union all select id from tenants.audit_entries`;
    const guarded = new Set([...rows.map(({ id }) => id), `guest.test/${world.away.slug}`, ...Object.values(world.away.people).map(({ email }) => email)]);
    expect(world.foreign.filter((marker) => !text.includes(marker) && !guarded.has(marker))).toEqual([]);
  });
});

describe('the graph without either', () => {
  let graph: TestGraph;

  beforeAll(async () => {
    graph = await startGraph(database.url, { ...past(database.url), rewrite: withoutTenantConditions });
  });
  afterAll(() => graph.stop());

  test('tells a stranger nearly everything: the questions find their mark when nothing keeps them from it', async () => {
    const answers = await askAll(graph, prying, await graph.signIn('home_admin', { password: testPassword }));
    // Where one row of several is taken, which one it is hangs on the plan: such questions may or may not tell. A search is not among them: what it
    // reads is the active tenant's whoever reads it, by a view whose own condition is taken away in tests/users/searching.test.ts.
    expect(tellingOf(answers, world.foreign)).toEqual(
      expect.arrayContaining([
        'a person by id',
        'a person by username',
        'a person by username in other letters',
        'the directory',
        'the directory from its end',
        'the directory behind a foreign cursor',
        'a tenant by id',
        'a tenant by slug',
        'somebody who belongs to both',
        'the sessions of somebody who belongs to both, behind a foreign cursor',
        'the people behind everybody',
      ]),
    );
  });
});
