import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import type { Actor } from './acquaintances.ts';
import { actor, namesOf } from './acquaintances.ts';

let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let boss: Actor;
let ann: Actor;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('ann').withMember('maker', 'CREATOR').withMember('unproven').withMember('outcast').withMembers(5).in(database);
  await aTenant('away').withMember('far_maker').in(database);
  await database.owner`update users.people set email_verified_at = null where username = 'unproven'`;
  await database.owner`update users.people set status = 'BANNED' where username = 'outcast'`;
  for (const [username, bio] of [['maker', 'Builds harpsichords in Porto.\n100 % by hand'], ['unproven', 'Ärztin, spielt Harpsichord'], ['outcast', 'harpsichord'], ['far_maker', 'harpsichords, far away'], ['member1', `${'long '.repeat(990)}zymurgy`]] as const) {
    await database.owner`update users.profiles set bio = ${bio} where user_id = (select id from users.people where username = ${username})`;
  }
  graph = await startGraph(database.url, { environment: generousLimits });
  [boss, ann] = (await Promise.all(['boss', 'ann'].map((name) => actor(graph, home, name)))) as [Actor, Actor]; // two names, two people
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const find = async (who: Actor, args: string): Promise<string[]> => {
  const { users } = await who.ask(`{ users(first: 200, ${args}) { nodes { username } totalCount } }`);
  expect(users.totalCount).toBe(users.nodes.length);
  return namesOf(users).toSorted();
};

describe('searching', () => {
  it.each([
    ['a word of a bio', 'search: "HARPSICHORD"', ['maker', 'unproven']],
    ['a word at the end of a long bio', 'search: "zymurgy"', ['member1']],
    ['two letters of a bio', 'search: "zy"', ['member1']],
    ['one letter beyond ASCII', 'search: "ä"', ['unproven']],
    ['a per cent sign in a bio, taken literally', 'search: "0 %"', ['maker']],
    ['signs alone', 'search: "%%%"', []],
    ['an underscore among letters, taken literally', 'search: "far_maker"', []],
    ['two words that stand beside each other', 'search: "in porto"', ['maker']],
  ])('finds %s', async (_, args, usernames) => {
    expect(await find(ann, args)).toEqual(usernames);
  });

  it('follows a bio that changes', async () => {
    await database.owner`update users.profiles set bio = 'Collects xylophones' where user_id = ${home.people['member2']?.id ?? ''}`;
    expect(await find(ann, 'search: "xylophone"')).toEqual(['member2']);
    await database.owner`update users.profiles set bio = null where user_id = ${home.people['member2']?.id ?? ''}`;
    expect(await find(ann, 'search: "xylophone"')).toEqual([]);
  });
});

describe('narrowing the directory', () => {
  it.each([
    ['by role', 'role: CREATOR', ['maker'], ['maker']],
    ['by who is not verified', 'verified: false', ['unproven'], ['unproven']],
    ['by text and who is verified', 'search: "harpsichord", verified: true', ['maker'], ['maker', 'outcast']],
    ['by letters and who is verified', 'search: "rp", verified: true', ['maker'], ['maker', 'outcast']],
    ['by a status that only administrators find', 'status: BANNED', [], ['outcast']],
    ['by everything at once', 'search: "harpsichord", verified: true, role: USER, status: BANNED', [], ['outcast']],
  ])('%s finds whom it should, for a member and for an administrator', async (_, args, forMember, forAdmin) => {
    expect(await find(ann, args)).toEqual(forMember);
    expect(await find(boss, args)).toEqual(forAdmin);
  });

  it('finds the verified when asked for them, page by page', async () => {
    const { users } = await ann.ask('{ users(first: 3, verified: true) { nodes { verified } pageInfo { hasNextPage endCursor } } }');
    expect(users.nodes).toEqual([{ verified: true }, { verified: true }, { verified: true }]);
    const next = await ann.ask('query ($after: String) { users(first: 200, verified: true, after: $after) { nodes { verified } totalCount } }', { after: users.pageInfo.endCursor });
    expect(next.users.nodes).toHaveLength(next.users.totalCount - 3);
  });
});

describe('the view that a search reads', () => {
  const seenAs = (replace: boolean): Promise<string[]> =>
    database.owner
      .begin(async (tx) => {
        if (replace) await tx.unsafe('create or replace view users.directory as select d.user_id, d.role, d.status, d.listed, d.verified, d.follower_count, d.search_text from users.directory_entries d');
        await tx`select set_config('kith.user_id', ${ann.id}, true), set_config('kith.tenant_id', ${home.id}, true)`;
        await tx`set local role kith_reader`;
        const rows = await tx<{ search_text: string }[]>`select search_text from users.directory where search_text like '%harpsichord%'`;
        throw Object.assign(new Error('taken back'), { found: rows.map(({ search_text: text }) => text.split(' ')[0] ?? '').toSorted() });
      })
      .catch((error: unknown) => (error as { found: string[] }).found);

  it('shows the active tenant and no other, whatever a statement says', async () => {
    expect(await seenAs(false)).toEqual(['maker', 'outcast', 'unproven']);
  });

  it('is what keeps them apart: without its condition others would be found', async () => {
    expect(await seenAs(true)).toEqual(['far_maker', 'maker', 'outcast', 'unproven']);
  });
});
