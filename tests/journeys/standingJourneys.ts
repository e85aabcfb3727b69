import { beforeAll, expect, test } from 'vitest';
import type { Place } from './journeys.ts';

const stopped = ['eve', 'mallory', 'alice'];

/** Who finds people that are suspended (eve), banned (mallory) or pending (alice). */
export function standingJourneys(place: () => Place): void {
  const tokens: Record<string, string> = {};
  const ids: Record<string, string> = {};
  const as = async (who: string, query: string, variables: Record<string, unknown> = {}) => place().graph.ask(query, variables, { token: tokens[who] });

  beforeAll(async () => {
    const { graph, database } = place();
    for (const name of ['ada', 'grace', 'linus']) tokens[name] = await graph.signIn(`${name}@kith.test`);
    for (const { id, username } of await database.owner<{ id: string; username: string }[]>`select id, username from users.people where username in ${database.owner(stopped)}`) ids[username] = id;
  });

  test.each([
    ['linus', []],
    ['grace', []],
    ['ada', stopped],
  ])('%s, by their role, finds %j of them in the directory', async (who, found) => {
    const { data } = await as(who, '{ users(first: 200) { nodes { username } totalCount } }');
    const names: string[] = data.users.nodes.map((node: { username: string }) => node.username);
    expect(names.filter((name) => stopped.includes(name)).toSorted()).toEqual(found.toSorted());
    expect(data.users.totalCount).toBe(names.length);
  });

  test('a banned person is null for a member, by id and by name, and stays what they are for an administrator', async () => {
    const query = 'query ($id: ID!) { user(id: $id) { username status } userByUsername(username: "mallory") { username status } }';
    expect((await as('linus', query, { id: ids['mallory'] })).data).toEqual({ user: null, userByUsername: null });
    expect((await as('grace', query, { id: ids['mallory'] })).data).toEqual({ user: null, userByUsername: null });
    const banned = { username: 'mallory', status: 'BANNED' };
    expect((await as('ada', query, { id: ids['mallory'] })).data).toEqual({ user: banned, userByUsername: banned });
  });

  test.each(['eve', 'alice'])('%s, who is not banned, is found by a member who knows the name, without the standing', async (username) => {
    const { data } = await as('linus', 'query ($username: String!) { userByUsername(username: $username) { username status } }', { username });
    expect(data.userByUsername).toEqual({ username, status: null });
  });

  test('a banned member keeps their place in the list of members, but is nobody there', async () => {
    const query = '{ currentTenant { members(first: 200) { nodes { id user { username } } totalCount } } }';
    const [seen, known] = [(await as('linus', query)).data.currentTenant.members, (await as('ada', query)).data.currentTenant.members];
    const banned = known.nodes.find((node: { user: { username: string } }) => node.user.username === 'mallory');
    expect(seen.nodes.find((node: { id: string }) => node.id === banned.id)).toEqual({ id: banned.id, user: null });
    expect(seen.nodes.filter((node: { user: unknown }) => node.user === null)).toHaveLength(1);
    expect(seen.totalCount).toBe(known.totalCount);
  });

  test('a banned member is nobody there whatever is asked of them', async () => {
    const query = '{ currentTenant { members(first: 200) { nodes { user { id player { level achievements { totalCount } } memberships { totalCount } } } } } }';
    const { data } = await as('linus', query);
    expect(JSON.stringify(data)).not.toContain(ids['mallory']);
    expect(data.currentTenant.members.nodes.filter((node: { user: unknown }) => node.user === null)).toHaveLength(1);
  });
}
