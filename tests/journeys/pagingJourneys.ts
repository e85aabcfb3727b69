import { beforeAll, describe, expect, test } from 'vitest';
import { defineAchievements, openSessions, unlockAchievements } from '../harness/belongings.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { Place } from './journeys.ts';
import type { Item, List } from './walking.ts';
import { pageOfList, walk } from './walking.ts';

const rows = 23;
/** Few different sort keys for many rows: most rows stand level with their neighbours. */
const level = (index: number): number => index % 4;
const momentOf = (index: number): Date => new Date(Date.UTC(2026, 0, 1 + level(index)));

const text = (...path: string[]) => (item: Item): string => String(path.reduce<unknown>((value, key) => (value as Item)[key], item)); // the items are what the query asked for

const lists: Record<string, List> = {
  users: { query: 'users(PAGE) { CONNECTION }', at: ['users'], item: 'id', keyOf: text('id') },
  'users that are searched for': { query: 'users(search: "walker", PAGE) { CONNECTION }', at: ['users'], item: 'id', keyOf: text('id') },
  members: { query: 'currentTenant { members(PAGE) { CONNECTION } }', at: ['currentTenant', 'members'], item: 'id', keyOf: text('id') },
  memberships: { query: 'me { memberships(PAGE) { CONNECTION } }', at: ['me', 'memberships'], item: 'id', keyOf: text('id') },
  tenants: { query: 'tenants(PAGE) { CONNECTION }', at: ['tenants'], item: 'id', keyOf: text('id') },
  sessions: { query: 'me { security { sessions(PAGE) { CONNECTION } } }', at: ['me', 'security', 'sessions'], item: 'id', keyOf: text('id') },
  achievements: { query: 'me { player { achievements(PAGE) { CONNECTION } } }', at: ['me', 'player', 'achievements'], item: 'achievement { id }', keyOf: text('achievement', 'id') },
};

/** Walking through every list, forward and backward, over rows that stand level with each other. */
export function pagingJourneys(place: () => Place): void {
  let token: string;
  const expected: Record<string, string[]> = {};

  beforeAll(async () => {
    const { graph, database } = place();
    const { owner } = database;
    const tenant = await aTenant('walks').withAdmin('walker').withMembers(rows - 1, 'walker_').in(database);
    const walker = tenant.people['walker'];
    if (walker === undefined) throw new Error('nobody walks');
    const everybody = Object.values(tenant.people);
    for (const [index, { id }] of everybody.entries()) {
      await owner`update users.people set follower_count = ${level(index)}, email_verified_at = ${index % 3 === 0 ? null : momentOf(0)} where id = ${id}`;
      await owner`update tenants.memberships set joined_at = ${momentOf(index)} where user_id = ${id}`;
    }
    for (let index = 1; index < rows; index += 1) await aTenant(`walks-${index}`).withPerson(walker).in(database);
    await owner`update tenants.memberships set joined_at = date_trunc('second', joined_at) where user_id = ${walker.id}`;
    token = await graph.signIn('walker', { password: testPassword, tenant: 'walks' });
    await openSessions(database, { tenantId: tenant.id, userId: walker.id }, Array.from({ length: rows - 1 }, (_, index) => momentOf(index)));
    const achievements = await defineAchievements(database, tenant.id, Array.from({ length: rows }, (_, index) => `Walk ${index}`));
    await unlockAchievements(database, { tenantId: tenant.id, userId: walker.id }, achievements.map((id, index) => ({ id, at: momentOf(index) })));

    const inOrder = async (found: PromiseLike<readonly { id: string }[]>): Promise<string[]> => (await found).map(({ id }) => id);
    expected['users'] = await inOrder(owner`
      select p.id from users.people p join tenants.memberships m on m.user_id = p.id and m.tenant_id = ${tenant.id}
      order by p.email_verified_at is not null desc, p.follower_count desc, p.id desc`);
    expected['users that are searched for'] = expected['users'];
    expected['members'] = await inOrder(owner`select id from tenants.memberships where tenant_id = ${tenant.id} order by joined_at, id`);
    expected['memberships'] = await inOrder(owner`select id from tenants.memberships where user_id = ${walker.id} order by joined_at, id`);
    expected['tenants'] = await inOrder(owner`select tenant_id as id from tenants.memberships where user_id = ${walker.id} order by joined_at, id`);
    expected['sessions'] = await inOrder(owner`select id from sessions.sessions where user_id = ${walker.id} order by last_seen_at desc, id desc`);
    expected['achievements'] = await inOrder(owner`
      select a.achievement_id as id from gamification.player_achievements a join gamification.players p on p.id = a.player_id and p.user_id = ${walker.id} and p.tenant_id = ${tenant.id}
      order by a.unlocked_at desc, a.achievement_id desc`);
  });

  describe.each(Object.entries(lists))('%s', (name, list) => {
    test.each([
      ['forward', 1],
      ['forward', 5],
      ['forward', rows],
      ['forward', 200],
      ['backward', 1],
      ['backward', 5],
      ['backward', rows],
      ['backward', 200],
    ] as const)('walked %s by %i shows every item once, in the order of the list', async (direction, size) => {
      expect(expected[name]).toHaveLength(rows);
      expect(await walk(place().graph, token, list, size, direction)).toEqual(expected[name]);
    });

    test('counts all its items whatever page is asked for, and shows 20 when no size is', async () => {
      const page = await pageOfList(place().graph, token, list, {});
      expect(page.totalCount).toBe(rows);
      expect(page.nodes.map(list.keyOf)).toEqual(expected[name]?.slice(0, 20));
      expect((await pageOfList(place().graph, token, list, { last: 1 })).totalCount).toBe(rows);
    });

    test('can be continued from any item in either direction', async () => {
      const { graph } = place();
      const { edges } = await pageOfList(graph, token, list, { first: 200 });
      const cursor = edges[10]?.cursor ?? '';
      const [behind, before] = [await pageOfList(graph, token, list, { first: 3, after: cursor }), await pageOfList(graph, token, list, { last: 3, before: cursor })];
      expect([...before.nodes, ...behind.nodes].map(list.keyOf)).toEqual([7, 8, 9, 11, 12, 13].map((index) => expected[name]?.[index]));
      expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
      expect(behind.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    });

    test('ends behind its last and in front of its first item', async () => {
      const { graph } = place();
      const { edges } = await pageOfList(graph, token, list, { first: 200 });
      const nothing = { nodes: [], edges: [], totalCount: rows };
      expect(await pageOfList(graph, token, list, { first: 5, after: edges.at(-1)?.cursor ?? '' })).toMatchObject({ ...nothing, pageInfo: { hasNextPage: false, startCursor: null, endCursor: null } });
      expect(await pageOfList(graph, token, list, { last: 5, before: edges[0]?.cursor ?? '' })).toMatchObject({ ...nothing, pageInfo: { hasPreviousPage: false, startCursor: null, endCursor: null } });
    });
  });
}
