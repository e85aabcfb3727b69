import { beforeAll, expect, test } from 'vitest';
import type { Answer } from '../harness/graph.ts';
import type { Place } from './journeys.ts';

// Word for word as the issue has it.
const directory = `query Directory($first: Int!) {
  users(first: $first) {
    nodes {
      id
      username
      profile { displayName bio }
      memberships(first: 5) { nodes { role tenant { id name slug } } }
      security { sessions(first: 3) { nodes { id device lastSeenAt } } }
      player {
        level
        experience
        wallet { sparklePoints premiumPoints }
        achievements(first: 5) { nodes { unlockedAt achievement { name rarity } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const points = /^\d+\.\d{4}$/;

/** Reading what the graph knows, as the issue asks for it. */
export function readingJourneys(place: () => Place): void {
  let ada: string;
  let linus: string;
  const as = (token: string | undefined, query: string, variables: Record<string, unknown> = {}): Promise<Answer> => place().graph.ask(query, variables, { token });
  const idOf = async (username: string): Promise<string> => {
    const [person] = await place().database.owner<{ id: string }[]>`select id from users.people where username = ${username}`;
    return person?.id ?? '';
  };

  beforeAll(async () => {
    const { graph } = place();
    ada = await graph.signIn('ada@kith.test');
    linus = await graph.signIn('linus@kith.test');
  });

  test('the directory of the issue, as it stands, brings full data from all four subgraphs', async () => {
    const { status, data, errors } = await as(ada, directory, { first: 200 });
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    const { nodes, pageInfo } = data.users;
    expect(nodes.length).toBeGreaterThanOrEqual(40);
    expect(pageInfo).toEqual({ hasNextPage: false, endCursor: expect.any(String) });
    const inSparkle = { role: expect.any(String), tenant: { id: expect.stringMatching(uuid), name: 'Sparkle', slug: 'sparkle' } };
    const session = { id: expect.stringMatching(uuid), device: expect.any(String), lastSeenAt: expect.stringMatching(moment) };
    const unlocked = { unlockedAt: expect.stringMatching(moment), achievement: { name: expect.any(String), rarity: expect.any(String) } };
    for (const node of nodes) {
      expect(node).toEqual({
        id: expect.stringMatching(uuid),
        username: expect.any(String),
        profile: expect.any(Object),
        memberships: { nodes: node.username === 'ada' ? expect.arrayContaining([inSparkle]) : [inSparkle] },
        security: { sessions: { nodes: expect.toSatisfy((sessions: unknown[]) => sessions.length <= 3) } },
        player: {
          level: expect.any(Number),
          experience: expect.any(Number),
          wallet: { sparklePoints: expect.stringMatching(points), premiumPoints: expect.stringMatching(points) },
          achievements: { nodes: expect.toSatisfy((achievements: unknown[]) => achievements.length <= 5) },
        },
      });
      for (const one of node.security.sessions.nodes) expect(one).toEqual(session);
      for (const one of node.player.achievements.nodes) expect(one).toEqual(unlocked);
    }
    expect(nodes.some((node: { security: { sessions: { nodes: unknown[] } } }) => node.security.sessions.nodes.length === 3)).toBe(true);
    expect(nodes.some((node: { player: { achievements: { nodes: unknown[] } } }) => node.player.achievements.nodes.length === 5)).toBe(true);
  });

  test('the directory shows verified people first, then those with the most followers', async () => {
    const { data } = await as(linus, '{ users(first: 200) { nodes { verified followerCount id } } }');
    const keys: [boolean, number, string][] = data.users.nodes.map((node: { verified: boolean; followerCount: number; id: string }) => [node.verified, node.followerCount, node.id]);
    const sorted = keys.toSorted((one, other) => Number(other[0]) - Number(one[0]) || other[1] - one[1] || (other[2] < one[2] ? -1 : 1));
    expect(keys).toEqual(sorted);
    expect(new Set(keys.map(([, followers]) => followers)).size).toBeGreaterThan(3);
  });

  test('`me` of the issue shows oneself, e-mail and standing included', async () => {
    const { data, errors } = await as(ada, '{ me { id username email status profile { displayName completeness } player { level experience nextLevelAt } } }');
    expect(errors).toEqual([]);
    expect(data.me).toEqual({
      id: await idOf('ada'),
      username: 'ada',
      email: 'ada@kith.test',
      status: 'ACTIVE',
      profile: { displayName: 'Ada Lovelace', completeness: 100 },
      player: { level: 12, experience: expect.any(Number), nextLevelAt: 25 * 12 * 15 },
    });
    expect(data.me.player.experience).toBeLessThan(data.me.player.nextLevelAt);
  });

  test('`currentTenant` of the issue shows its members in the order they joined', async () => {
    const { data, errors } = await as(ada, '{ currentTenant { name members(first: 10) { nodes { user { username } role joinedAt } } } }');
    expect(errors).toEqual([]);
    const { name, members } = data.currentTenant;
    expect({ name, first: members.nodes[0] }).toMatchObject({ name: 'Sparkle', first: { user: { username: 'ada' }, role: 'ADMIN' } });
    const joined = members.nodes.map((node: { joinedAt: string }) => node.joinedAt);
    expect(joined).toHaveLength(10);
    expect(joined).toEqual(joined.toSorted());
  });

  test('a person is the same by id, in either case, and by username, in any', async () => {
    const id = await idOf('grace');
    const fields = '{ id username profile { displayName } }';
    const { data, errors } = await as(
      linus,
      `query ($id: ID!, $upper: ID!) { byId: user(id: $id) ${fields} byUpperId: user(id: $upper) ${fields} byName: userByUsername(username: "grace") ${fields} byAnyCase: userByUsername(username: "GrAcE") ${fields} }`,
      { id, upper: id.toUpperCase() },
    );
    const grace = { id, username: 'grace', profile: { displayName: 'Grace Hopper' } };
    expect({ data, errors }).toEqual({ data: { byId: grace, byUpperId: grace, byName: grace, byAnyCase: grace }, errors: [] });
  });

  test('a tenant one belongs to is the same by slug and by id, also while acting in another', async () => {
    const { data } = await as(linus, '{ tenant(slug: "atlas") { id name slug status } }');
    expect(data.tenant).toEqual({ id: expect.stringMatching(uuid), name: 'Atlas', slug: 'atlas', status: 'ACTIVE' });
    const again = await as(linus, 'query ($id: ID!) { tenant(id: $id) { id name slug status } }', { id: data.tenant.id });
    expect(again.data).toEqual(data);
  });

  test.each(['{ tenant { id } }', '{ tenant(id: "00000000-0000-7000-8000-000000000000", slug: "atlas") { id } }'])('%s, with neither or both of id and slug, is BAD_REQUEST', async (query) => {
    const { status, data, errors } = await as(linus, query);
    expect({ status, data, codes: errors.map(({ extensions }) => extensions.code) }).toEqual({ status: 400, data: { tenant: null }, codes: ['BAD_REQUEST'] });
  });

  test('`tenants` lists the tenants one belongs to, the one joined first in front', async () => {
    const { data } = await as(linus, '{ tenants { nodes { slug } totalCount } me { memberships { nodes { role tenant { slug } } totalCount } } }');
    expect(data.tenants).toEqual({ nodes: [{ slug: 'sparkle' }, { slug: 'atlas' }], totalCount: 2 });
    expect(data.me.memberships).toEqual({ nodes: [{ role: 'USER', tenant: { slug: 'sparkle' } }, { role: 'ADMIN', tenant: { slug: 'atlas' } }], totalCount: 2 });
  });

  test('people reached along different paths are the same people', async () => {
    const { data } = await as(
      ada,
      '{ me { id player { user { id username } } } currentTenant { members(first: 1) { nodes { user { id username player { user { username } } } } } } }',
    );
    const person = { id: data.me.id, username: 'ada' };
    expect(data.me.player.user).toEqual(person);
    expect(data.currentTenant.members.nodes[0].user).toEqual({ ...person, player: { user: { username: 'ada' } } });
  });

  test('only oneself reads preferences, and only oneself and administrators e-mail, status and security', async () => {
    const query = '{ userByUsername(username: "grace") { email status preferences { locale } security { sessions { totalCount } } } }';
    const grace = await place().graph.signIn('grace@kith.test');
    expect((await as(linus, query)).data.userByUsername).toEqual({ email: null, status: null, preferences: null, security: null });
    expect((await as(ada, query)).data.userByUsername).toMatchObject({ email: 'grace@kith.test', status: 'ACTIVE', preferences: null, security: { sessions: { totalCount: expect.any(Number) } } });
    expect((await as(grace, query)).data.userByUsername).toMatchObject({ email: 'grace@kith.test', status: 'ACTIVE', preferences: { locale: expect.any(String) } });
  });

  test('without a token there is nobody: `me`, `currentTenant` and `currentSession` are null and no error', async () => {
    const { status, data, errors } = await as(undefined, '{ me { id } currentTenant { id } currentSession { id } tenant(slug: "sparkle") { id } userByUsername(username: "ada") { id } }');
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    expect(data).toEqual({ me: null, currentTenant: null, currentSession: null, tenant: null, userByUsername: null });
  });

  test.each(['users', 'tenants'])('without a token `%s` is UNAUTHENTICATED', async (list) => {
    const { status, data, errors } = await as(undefined, `{ ${list} { nodes { id } } }`);
    expect({ status, data }).toEqual({ status: 401, data: { [list]: null } });
    expect(errors).toEqual([{ message: 'Sign in first.', path: [list], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('what can be read stands beside the error of what cannot', async () => {
    const { status, data, errors } = await as(ada, '{ me { username } users(first: 1, after: "broken") { nodes { id } } }');
    expect({ status, data }).toEqual({ status: 200, data: { me: { username: 'ada' }, users: null } });
    expect(errors).toMatchObject([{ path: ['users'], extensions: { code: 'BAD_REQUEST' } }]);
  });

  test('what does not exist, and what is no id at all, is null without an error', async () => {
    const { status, data, errors } = await as(
      ada,
      '{ unknown: user(id: "00000000-0000-7000-8000-000000000000") { id } noId: user(id: "ada") { id } number: user(id: 7) { id } name: userByUsername(username: "nobody") { id } slug: tenant(slug: "nowhere") { id } noTenantId: tenant(id: "sparkle") { id } }',
    );
    expect({ status, data, errors }).toEqual({ status: 200, data: { unknown: null, noId: null, number: null, name: null, slug: null, noTenantId: null }, errors: [] });
  });
}
