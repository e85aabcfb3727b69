import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import type { TwoTenants } from './twoTenants.ts';
import { makeTwoTenants, personOf } from './twoTenants.ts';

interface Whole {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Each question, what is foreign, and what there never was. */
const questions = (world: TwoTenants): Record<string, [query: string, foreign: Record<string, unknown>, missing: Record<string, unknown>]> => {
  const stranger = personOf(world.away, 'far_member_1');
  return {
    'a person by id': ['query ($id: ID!) { user(id: $id) { id username security { sessions { totalCount } } player { level } } }', { id: stranger.id }, { id: v7() }],
    'a person by username': ['query ($name: String!) { userByUsername(username: $name) { id } }', { name: stranger.username }, { name: 'far_member_9' }],
    'a search': ['query ($search: String!) { users(search: $search) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }', { search: stranger.username }, { search: 'far_member_9' }],
    'a tenant by id': ['query ($id: ID!) { tenant(id: $id) { id members { totalCount } } }', { id: world.away.id }, { id: v7() }],
    'a tenant by slug': ['query ($slug: String!) { tenant(slug: $slug) { id members { totalCount } } }', { slug: world.away.slug }, { slug: 'far-apart' }],
    'signing in to a tenant': [
      'mutation ($tenant: String) { sessionSignIn(input: { login: "home_member", password: "Test-graph-2026!", tenant: $tenant }) { accessToken user { id } errors { code message path } } }',
      { tenant: world.away.slug },
      { tenant: 'far-apart' },
    ],
    'signing in as somebody': [
      'mutation ($login: String!) { sessionSignIn(input: { login: $login, password: "a wrong password" }) { accessToken user { id } errors { code message path } } }',
      { login: stranger.email },
      { login: 'far_member_9@test.kith.test' },
    ],
  };
};

describe('what may not be seen', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let world: TwoTenants;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    world = await makeTwoTenants(database);
    graph = await startGraph(database.url);
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  /** A whole answer, but for what differs between any two. */
  const whole = async (query: string, variables: Record<string, unknown>, token: string | undefined): Promise<Whole> => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${graph.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...authorization }, body: JSON.stringify({ query, variables }) });
    const { date: _date, 'x-request-id': _id, ...headers } = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  };

  test.each([['home_member'], ['home_moderator'], ['home_admin'], ['home_platform'], [null]])('answers %s exactly as what does not exist: the same status, headers and bytes', async (username) => {
    const token = username === null ? undefined : await graph.signIn(username, { password: testPassword });
    for (const [name, [query, foreign, missing]] of Object.entries(questions(world))) {
      const [ofForeign, ofMissing] = [await whole(query, foreign, token), await whole(query, missing, token)];
      // Administrators of the platform see that a tenant is there, and not who is in it.
      if (username === 'home_platform' && name.startsWith('a tenant by')) expect(ofForeign.body, name).toBe(`{"data":{"tenant":{"id":"${world.away.id}","members":{"totalCount":0}}}}\n`);
      else expect(ofForeign, name).toEqual(ofMissing);
    }
  });

  test('costs the database the same statements as what does not exist', async () => {
    const token = await graph.signIn('home_member', { password: testPassword });
    for (const [name, [query, foreign, missing]] of Object.entries(questions(world))) {
      graph.statements.reset();
      await whole(query, foreign, token);
      const ofForeign = [...graph.statements.sent];
      graph.statements.reset();
      await whole(query, missing, token);
      expect(graph.statements.sent, name).toEqual(ofForeign);
    }
  });

  test('does not answer its own people so: the questions can be answered', async () => {
    const token = await graph.signIn('far_member_2', { password: testPassword });
    for (const [name, [query, foreign, missing]] of Object.entries(questions(world)).slice(0, 5)) {
      expect((await whole(query, foreign, token)).body, name).not.toBe((await whole(query, missing, token)).body);
    }
  });
});
