import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import type { Actor } from './acquaintances.ts';
import { actor, codesOf, namesOf } from './acquaintances.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let away: TestTenant;
let ann: Actor;
let ben: Actor;
let boss: Actor;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('ann').withMember('ben').withMembers(30).in(database);
  const both = home.people['member1'];
  if (both === undefined) throw new Error('nobody belongs to both');
  away = await aTenant('away').withAdmin('far_boss').withMember('far').withPerson(both).in(database);
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  [ann, ben, boss] = (await Promise.all(['ann', 'ben', 'boss'].map((name) => actor(graph, home, name)))) as [Actor, Actor, Actor]; // three names, three people
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const idOf = (username: string, tenant = home): string => tenant.people[username]?.id ?? '';
const eventsOf = (userId: string, followedId: string) => database.owner`select tenant_id from kith.events where name = 'user.followed' and user_id = ${userId} and payload ->> 'followedId' = ${followedId}`;
const countsOf = async (id: string) => (await database.owner`select follower_count, following_count from users.people where id = ${id}`)[0];
const setStatus = (id: string, status: string) =>
  database.owner`update users.people set status = ${status}, suspended_until = ${status === 'SUSPENDED' ? new Date(Date.now() + 86_400_000) : null}, deleted_at = ${status === 'DELETED' ? new Date() : null} where id = ${id}`;

describe('following', () => {
  it('counts on both sides, is told of once, and changes nothing the second time', async () => {
    const payload = await ann.does('userFollow', ben.id);
    expect(payload).toEqual({ user: { id: ben.id, username: 'ben', followerCount: 1, followingCount: 0 }, errors: [] });
    expect(await ann.does('userFollow', ben.id)).toEqual(payload);
    expect(await countsOf(ann.id)).toEqual({ follower_count: 0, following_count: 1 });
    expect([...(await eventsOf(ann.id, ben.id))]).toEqual([{ tenant_id: home.id }]);
    expect((await ann.does('userUnfollow', ben.id)).user.followerCount).toBe(0);
    expect((await ann.does('userUnfollow', ben.id)).errors).toEqual([]);
    expect(await countsOf(ann.id)).toEqual({ follower_count: 0, following_count: 0 });
  });

  it('wants somebody signed in', async () => {
    const { errors } = await graph.ask('mutation ($id: ID!) { userFollow(input: { userId: $id }) { user { id } } }', { id: ben.id });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('oneself is refused, as blocking oneself is', async () => {
    for (const act of ['userFollow', 'userBlock'] as const) expect(codesOf(await ann.does(act, ann.id.toUpperCase()))).toEqual(['SELF_TARGETED']);
  });

  it('somebody of another tenant answers exactly as nobody does, and leaves nothing', async () => {
    for (const act of ['userFollow', 'userBlock'] as const) {
      const answers = [await ann.does(act, idOf('far', away)), await ann.does(act, v7()), await ann.does(act, 'no id')];
      for (const answer of answers) expect(answer).toEqual({ user: null, errors: [{ code: 'USER_UNKNOWN', message: expect.any(String), path: ['input', 'userId'] }] });
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    }
    expect([...(await database.owner`select 1 from users.follows where followed_id = ${idOf('far', away)}`)]).toEqual([]);
  });

  it.each(['PENDING_VERIFICATION', 'SUSPENDED', 'BANNED', 'DELETED'])('somebody %s is refused, to administrators too', async (status) => {
    const { id } = (await database.owner`
      insert into users.people (id, email, email_canonical, username, username_canonical, status, suspended_until, deleted_at, created_at, updated_at)
      select uuidv7(), n, n, ${`is_${status.toLowerCase()}`}, ${`is_${status.toLowerCase()}`}, ${status}, case when ${status} = 'SUSPENDED' then now() + interval '1 day' end, case when ${status} = 'DELETED' then now() end, now(), now()
      from (select ${`${status}@test.kith.test`}::text) as x(n) returning id`)[0] as { id: string }; // one row was put in
    await database.owner`insert into users.profiles (user_id, updated_at) values (${id}, now())`;
    await database.owner`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (uuidv7(), ${home.id}, ${id}, 'USER', now())`;
    for (const who of [ann, boss]) {
      expect(codesOf(await who.does('userFollow', id))).toEqual(['USER_UNKNOWN']);
      expect((await who.ask('query ($id: ID!) { user(id: $id) { viewerCan { follow } } }', { id })).user?.viewerCan.follow ?? false).toBe(false);
    }
  });

  it('no longer works for people one does not see any more, and says nothing of whether they are there', async () => {
    const gone = idOf('member30');
    await ann.does('userFollow', gone);
    await database.owner`delete from tenants.memberships where user_id = ${gone}`;
    const answers = [await ann.does('userUnfollow', gone), await ann.does('userUnfollow', v7()), await ann.does('userUnblock', gone), await ann.does('userUnblock', v7())];
    expect(answers).toEqual(answers.map(() => ({ user: null, errors: [] })));
    expect(await countsOf(gone)).toMatchObject({ follower_count: 0 });
    expect(codesOf(await ann.does('userUnfollow', 'no id'))).toEqual(['USER_UNKNOWN']);
  });

  it('each other at once, many times over, neither deadlocks nor miscounts', async () => {
    const people = await Promise.all([2, 3, 4, 5].map((number) => actor(graph, home, `member${number}`)));
    for (let round = 0; round < 5; round += 1) {
      const acts = people.flatMap((one) => people.filter((other) => other !== one).flatMap((other) => [one.does('userFollow', other.id), one.does('userUnfollow', other.id), one.does('userFollow', other.id)]));
      for (const { errors } of await Promise.all(acts)) expect(errors).toEqual([]);
    }
    const wrong = await database.owner`
      select p.username from users.people p
      where p.follower_count <> (select count(*) from users.follows f where f.followed_id = p.id) or p.following_count <> (select count(*) from users.follows f where f.follower_id = p.id)`;
    expect([...wrong]).toEqual([]);
  });
});

describe('the lists of followers', () => {
  const lists = 'followers { nodes { username } totalCount } following { nodes { username } totalCount } mutualFollowers { nodes { username } totalCount }';
  const ofPerson = async (who: Actor, id: string) => (await who.ask(`query ($id: ID!) { user(id: $id) { followerCount ${lists} } }`, { id })).user;
  let star: string;

  beforeAll(async () => {
    star = idOf('member10');
    const followers = ['member11', 'member12', 'member13', 'member1', 'far'];
    for (const [index, name] of followers.entries()) {
      await database.owner`insert into users.follows (follower_id, followed_id, created_at) values (${idOf(name, name === 'far' ? away : home)}, ${star}, ${new Date(Date.UTC(2026, 0, 1, 0, index))})`;
    }
    await ann.does('userFollow', idOf('member12'));
    await ann.does('userFollow', idOf('member13'));
    await ann.does('userFollow', idOf('member14'));
  });

  it('show the latest first, people of the active tenant only, and count as many', async () => {
    const seen = await ofPerson(ann, star);
    expect(namesOf(seen.followers)).toEqual(['member1', 'member13', 'member12', 'member11']);
    expect(seen.followers.totalCount).toBe(4);
    expect(seen.followerCount).toBe(5);
    expect(namesOf(seen.mutualFollowers)).toEqual(['member13', 'member12']);
    expect(seen.mutualFollowers.totalCount).toBe(2);
    expect(namesOf((await ofPerson(ann, idOf('member11'))).following)).toEqual(['member10']);
  });

  it('leave out who is not in good standing, but to administrators', async () => {
    await setStatus(idOf('member13'), 'BANNED');
    expect(namesOf((await ofPerson(ann, star)).followers)).toEqual(['member1', 'member12', 'member11']);
    expect((await ofPerson(ann, star)).followers.totalCount).toBe(3);
    expect(namesOf((await ofPerson(boss, star)).followers)).toEqual(['member1', 'member13', 'member12', 'member11']);
    await setStatus(idOf('member13'), 'ACTIVE');
  });

  it('never show followers in another tenant of somebody who belongs to both', async () => {
    await database.owner`insert into users.follows (follower_id, followed_id, created_at) values (${idOf('far', away)}, ${idOf('member1')}, now()), (${ann.id}, ${idOf('member1')}, now())`;
    const far = await actor(graph, away, 'far');
    expect(namesOf((await ofPerson(far, idOf('member1'))).followers)).toEqual(['far']);
    expect(namesOf((await ofPerson(ann, idOf('member1'))).followers)).toEqual(['ann']);
  });

  it('can be walked one by one from both ends', async () => {
    const walk = async (how: 'first' | 'last'): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | null = null, more = true; more; ) {
        const page: { nodes: { username: string }[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string } } = (
          await ann.ask(`query ($id: ID!, $cursor: String) { user(id: $id) { followers(${how}: 1, ${how === 'first' ? 'after' : 'before'}: $cursor) { nodes { username } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`, { id: star, cursor })
        ).user.followers;
        found.push(...page.nodes.map(({ username }) => username));
        more = how === 'first' ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage;
        cursor = how === 'first' ? page.pageInfo.endCursor : page.pageInfo.startCursor;
      }
      return found;
    };
    expect(await walk('first')).toEqual(['member1', 'member13', 'member12', 'member11']);
    expect(await walk('last')).toEqual(['member11', 'member12', 'member13', 'member1']);
  });

  it('take no cursor of one another', async () => {
    const { user } = await ann.ask('query ($id: ID!) { user(id: $id) { followers(first: 1) { pageInfo { endCursor } } } }', { id: star });
    const { errors } = await graph.ask('query ($id: ID!, $after: String) { user(id: $id) { following(after: $after) { nodes { id } } } }', { id: star, after: user.followers.pageInfo.endCursor }, { token: ann.token });
    expect(errors[0]?.extensions.code).toBe('BAD_REQUEST');
  });
});

describe('a relationship', () => {
  it('says both sides of it, and since when', async () => {
    await ben.does('userFollow', ann.id);
    const since = clock.now();
    await ann.does('userFollow', ben.id);
    const asked = 'query ($id: ID!) { user(id: $id) { relationship { viewerFollows followedSince followsViewer viewerBlocks } } }';
    expect((await ann.ask(asked, { id: ben.id })).user.relationship).toEqual({ viewerFollows: true, followedSince: since.toISOString(), followsViewer: true, viewerBlocks: false });
    expect((await ann.ask(asked, { id: ann.id })).user.relationship).toEqual({ viewerFollows: false, followedSince: null, followsViewer: false, viewerBlocks: false });
    expect((await boss.ask(asked, { id: ann.id })).user.relationship).toEqual({ viewerFollows: false, followedSince: null, followsViewer: false, viewerBlocks: false });
  });
});
