import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import type { Actor } from './acquaintances.ts';
import { actor, codesOf, namesOf } from './acquaintances.ts';

let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let boss: Actor;
let blocker: Actor;
let blocked: Actor;
let witness: Actor;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('blocker').withMember('blocked').withMember('witness').withMember('racer_one').withMember('racer_two').in(database);
  graph = await startGraph(database.url, { environment: generousLimits });
  [boss, blocker, blocked, witness] = (await Promise.all(['boss', 'blocker', 'blocked', 'witness'].map((name) => actor(graph, home, name)))) as [Actor, Actor, Actor, Actor]; // four names, four people
  for (const who of [blocker, blocked]) await who.does('userFollow', witness.id);
  await blocker.does('userFollow', blocked.id);
  await blocked.does('userFollow', blocker.id);
  await database.owner`insert into users.presences (tenant_id, user_id, last_seen_at) select tenant_id, user_id, now() + interval '1 hour' from users.directory_entries where tenant_id = ${home.id}`;
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const everywhere = `users(first: 200) { nodes { username } totalCount } found: users(search: "block") { nodes { username } totalCount } letters: users(search: "bl") { nodes { username } totalCount }
  usersOnline { nodes { username } totalCount } witness: userByUsername(username: "witness") { followers { nodes { username } totalCount } }`;
const lookAround = async (who: Actor) => {
  const { users, found, letters, usersOnline, witness: seen } = await who.ask(`{ ${everywhere} }`);
  for (const list of [users, found, letters, usersOnline, seen.followers]) expect(list.totalCount).toBe(list.nodes.length);
  return { users: namesOf(users), found: namesOf(found), letters: namesOf(letters), online: namesOf(usersOnline), followers: namesOf(seen.followers) };
};
const follows = () => database.owner`select 1 from users.follows where follower_id in (${blocker.id}, ${blocked.id}) and followed_id in (${blocker.id}, ${blocked.id})`;

describe('before anybody blocks', () => {
  it('the two find each other everywhere, so that what follows is seen to be the block', async () => {
    for (const [who, other] of [[blocker, 'blocked'], [blocked, 'blocker']] as const) {
      for (const list of Object.values(await lookAround(who))) expect(list).toContain(other);
    }
  });
});

describe('blocking', () => {
  beforeAll(async () => {
    expect((await blocker.does('userBlock', blocked.id)).errors).toEqual([]);
  });

  it('ends both follows, and counts them out', async () => {
    expect([...(await follows())]).toEqual([]);
    expect([...(await database.owner`select distinct follower_count, following_count from users.people where id in (${blocker.id}, ${blocked.id})`)]).toEqual([{ follower_count: 0, following_count: 1 }]);
  });

  it('keeps the two apart in every list, search and count, in both directions', async () => {
    for (const list of Object.values(await lookAround(blocker))) expect(list).not.toContain('blocked');
    for (const list of Object.values(await lookAround(blocked))) expect(list).not.toContain('blocker');
  });

  it('changes nothing for others, and administrators see everybody', async () => {
    for (const list of Object.values(await lookAround(witness))) if (list.length > 2) expect(list).toEqual(expect.arrayContaining(['blocker', 'blocked']));
    for (const list of Object.values(await lookAround(boss))) expect(list).toEqual(expect.arrayContaining(['blocker', 'blocked']));
  });

  it('leaves whom one blocked there by id, so that they can be unblocked', async () => {
    const { user, me } = await blocker.ask('query ($id: ID!) { user(id: $id) { username relationship { viewerBlocks } viewerCan { follow block } } me { blockedUsers { nodes { username } totalCount } } }', { id: blocked.id });
    expect(user).toEqual({ username: 'blocked', relationship: { viewerBlocks: true }, viewerCan: { follow: false, block: true } });
    expect(me.blockedUsers).toEqual({ nodes: [{ username: 'blocked' }], totalCount: 1 });
    expect(codesOf(await blocker.does('userFollow', blocked.id))).toEqual(['USER_BLOCKED']);
  });

  it('a second time changes nothing', async () => {
    expect((await blocker.does('userBlock', blocked.id)).errors).toEqual([]);
    expect([...(await database.owner`select count(*)::int as count from users.blocks where blocker_id = ${blocker.id}`)]).toEqual([{ count: 1 }]);
  });

  it('is read by nobody but whoever blocked', async () => {
    const { user } = await boss.ask('query ($id: ID!) { user(id: $id) { blockedUsers { totalCount } } }', { id: blocker.id });
    expect(user.blockedUsers).toBeNull();
  });
});

describe('whoever was blocked', () => {
  /** Whole answers, but for what differs between any two. */
  const whole = async (query: string, variables: Record<string, unknown>): Promise<unknown> => {
    const response = await fetch(`${graph.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${blocked.token}` }, body: JSON.stringify({ query, variables }) });
    return { status: response.status, body: await response.text() };
  };
  const questions: [string, string, (id: string, name: string) => Record<string, unknown>][] = [
    ['by id', 'query ($id: ID!) { user(id: $id) { id username presence { online } relationship { followsViewer } followers { totalCount } player { level } security { sessions { totalCount } } } }', (id) => ({ id })],
    ['by username', 'query ($name: String!) { userByUsername(username: $name) { id } }', (_, name) => ({ name })],
    ['by search', 'query ($name: String!) { users(search: $name) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }', (_, name) => ({ name })],
    ['by following', 'mutation ($id: ID!) { userFollow(input: { userId: $id }) { user { id } errors { code message path } } }', (id) => ({ id })],
    ['by unfollowing', 'mutation ($id: ID!) { userUnfollow(input: { userId: $id }) { user { id } errors { code message path } } }', (id) => ({ id })],
    ['by blocking', 'mutation ($id: ID!) { userBlock(input: { userId: $id }) { user { id } errors { code message path } } }', (id) => ({ id })],
    ['by unblocking', 'mutation ($id: ID!) { userUnblock(input: { userId: $id }) { user { id } errors { code message path } } }', (id) => ({ id })],
  ];

  it.each(questions)('asks %s and is answered byte for byte as if nobody were there', async (_, query, variables) => {
    expect(await whole(query, variables(blocker.id, 'blocker'))).toEqual(await whole(query, variables(v7(), 'nobody_at_all')));
  });

  it.each(questions)('asking %s costs the database the same statements, but for what is looked up of nobody', async (_, query, variables) => {
    const sentFor = async (id: string, name: string): Promise<string[]> => {
      graph.statements.reset();
      await whole(query, variables(id, name));
      return [...graph.statements.sent];
    };
    expect(await sentFor(blocker.id, 'blocker')).toEqual(await sentFor(v7(), 'nobody_at_all'));
  });

  it('would be told by the same questions were they not blocked', async () => {
    expect(await whole(questions[0]?.[1] ?? '', { id: witness.id })).not.toEqual(await whole(questions[0]?.[1] ?? '', { id: v7() }));
  });

  it('meets them as nobody on every way through the graph', async () => {
    const { currentTenant } = await blocked.ask('{ currentTenant { members(first: 200) { nodes { user { username } } } } }');
    const usernames = currentTenant.members.nodes.map(({ user }: { user: { username: string } | null }) => user?.username ?? null);
    expect(usernames).not.toContain('blocker');
    expect(usernames).toContain(null);
  });

  it('reads no row that tells of it', async () => {
    await database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${blocked.id}, true), set_config('kith.tenant_id', ${home.id}, true)`;
      await tx`set local role kith_reader`;
      expect([...(await tx`select * from users.blocks`)]).toEqual([]);
    });
  });
});

describe('unblocking', () => {
  it('lets the two find each other again, and has nobody follow anybody', async () => {
    expect((await blocker.does('userUnblock', blocked.id)).user.username).toBe('blocked');
    expect((await lookAround(blocker)).found).toContain('blocked');
    expect((await lookAround(blocked)).found).toContain('blocker');
    expect([...(await follows())]).toEqual([]);
    expect((await blocked.does('userFollow', blocker.id)).errors).toEqual([]);
  });
});

describe('an administrator', () => {
  it('who was blocked sees the one who did, and cannot follow them', async () => {
    await witness.does('userBlock', boss.id);
    const { user } = await boss.ask('query ($id: ID!) { user(id: $id) { username viewerCan { follow block suspend } } }', { id: witness.id });
    expect(user).toEqual({ username: 'witness', viewerCan: { follow: false, block: true, suspend: true } });
    expect(codesOf(await boss.does('userFollow', witness.id))).toEqual(['USER_UNKNOWN']);
    expect((await witness.ask('query ($id: ID!) { user(id: $id) { username } }', { id: boss.id })).user.username).toBe('boss');
  });
});

describe('a follow at the moment of a block', () => {
  it('never survives it, in 200 rounds', async () => {
    const one = await actor(graph, home, 'racer_one');
    const two = await actor(graph, home, 'racer_two');
    const outcomes = new Set<string>();
    for (let round = 0; round < 200; round += 1) {
      const acts = [() => one.does('userFollow', two.id), () => two.does('userBlock', one.id), () => two.does('userFollow', one.id)];
      const [followed, block] = await Promise.all((round % 2 === 0 ? acts : acts.toReversed()).map((act) => act()));
      outcomes.add(JSON.stringify(round % 2 === 0 ? codesOf(followed) : codesOf(block)));
      const [left] = await database.owner`select (select count(*)::int from users.follows where follower_id in (${one.id}, ${two.id})) as follows, (select count(*)::int from users.blocks where blocker_id = ${two.id}) as blocks,
        (select sum(follower_count + following_count)::int from users.people where id in (${one.id}, ${two.id})) as counted`;
      expect(left).toEqual({ follows: 0, blocks: 1, counted: 0 });
      await two.does('userUnblock', one.id);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  }, 60_000);

  it('would survive it now and then, did the two not wait for each other', async () => {
    const [one, two] = [home.people['racer_one']?.id ?? '', home.people['racer_two']?.id ?? ''];
    // Both look, and then both write: what each does alone is right.
    await database.owner.begin(async (tx) => {
      const seen = await tx`select 1 from users.blocks where blocker_id = ${two} and blocked_id = ${one}`;
      await database.owner`insert into users.blocks (blocker_id, blocked_id, created_at) values (${two}, ${one}, now())`;
      if (seen.length === 0) await tx`insert into users.follows (follower_id, followed_id, created_at) values (${one}, ${two}, now())`;
    });
    expect([...(await database.owner`select 1 from users.follows f join users.blocks b on b.blocker_id = f.followed_id and b.blocked_id = f.follower_id`)]).toHaveLength(1);
  });
});
