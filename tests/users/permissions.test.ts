import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import type { Actor } from './acquaintances.ts';
import { actor } from './acquaintances.ts';

const acts = ['update', 'follow', 'block', 'suspend', 'ban', 'reinstate', 'delete', 'readContact'] as const;
const statuses = ['PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED'] as const;

let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
const people = new Map<string, Actor>();

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withAdmin('other_boss').withMember('mod', 'MODERATOR').withMember('ann').withMember('ben').withMember('platform').withMembers(5, 'is_').in(database);
  await database.owner`update users.people set platform_administrator = true where username = 'platform'`;
  graph = await startGraph(database.url, { environment: generousLimits });
  for (const name of ['boss', 'mod', 'ann', 'platform']) people.set(name, await actor(graph, home, name));
  await database.owner.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    for (const [index, status] of statuses.entries()) {
      await tx`update users.people set status = ${status}, suspended_until = ${status === 'SUSPENDED' ? new Date(Date.now() + 86_400_000) : null}, deleted_at = ${status === 'DELETED' ? new Date() : null} where username = ${`is_${index + 1}`}`;
      await tx`update users.directory_entries d set status = ${status}, listed = ${status === 'ACTIVE'} from users.people p where p.id = d.user_id and p.username = ${`is_${index + 1}`}`;
    }
  });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const idOf = (username: string): string => home.people[username]?.id ?? '';
/** What somebody may do with somebody else. Null when they do not see them. */
const allowed = async (viewer: string, id: string): Promise<string[] | null> => {
  const data = await people.get(viewer)?.ask(`query ($id: ID!) { user(id: $id) { viewerCan { ${acts.join(' ')} } } }`, { id });
  return data.user === null ? null : acts.filter((act) => data.user.viewerCan[act] === true);
};

describe('what the viewer may do with a person', () => {
  it.each([
    ['ann', 'ann', ['update', 'delete', 'readContact']],
    ['ann', 'ben', ['follow', 'block']],
    ['ann', 'boss', ['follow', 'block']],
    ['mod', 'ben', ['follow', 'block']],
    ['boss', 'ben', ['follow', 'block', 'suspend', 'ban', 'readContact']],
    ['boss', 'mod', ['follow', 'block', 'suspend', 'ban', 'readContact']],
    ['boss', 'boss', ['update', 'delete', 'readContact']],
    ['boss', 'other_boss', ['follow', 'block', 'readContact']],
    ['boss', 'platform', ['follow', 'block', 'readContact']],
    ['platform', 'ben', ['follow', 'block', 'suspend', 'ban', 'delete']],
    ['platform', 'boss', ['follow', 'block', 'suspend', 'ban', 'delete']],
    ['platform', 'platform', ['update', 'delete', 'readContact']],
  ])('%s with %s: %j', async (viewer, other, expected) => {
    expect(await allowed(viewer, idOf(other))).toEqual(expected);
  });

  it.each([
    ['PENDING_VERIFICATION', ['block', 'readContact']],
    ['ACTIVE', ['follow', 'block', 'suspend', 'ban', 'readContact']],
    ['SUSPENDED', ['block', 'ban', 'reinstate', 'readContact']],
    ['BANNED', ['block', 'reinstate', 'readContact']],
    ['DELETED', ['block', 'readContact']],
  ] as const)('follows the account: an administrator with somebody %s may %j', async (status, expected) => {
    expect(await allowed('boss', idOf(`is_${statuses.indexOf(status) + 1}`))).toEqual(expected);
  });

  it('is the same through a list as by id, and of those to come', async () => {
    const data = await people.get('boss')?.ask(`{ users(first: 200) { nodes { id viewerCan { ${acts.join(' ')} } } } }`);
    for (const { id, viewerCan } of data.users.nodes) expect(acts.filter((act) => viewerCan[act] === true), id).toEqual(await allowed('boss', id));
  });

  it.each(statuses)('is what the mutations do: with somebody %s each is refused exactly where it says so', async (status) => {
    const id = idOf(`is_${statuses.indexOf(status) + 1}`);
    const before = (await allowed('boss', id)) ?? [];
    for (const [act, input] of [['suspend', { reason: 'r' }], ['ban', { reason: 'r' }], ['reinstate', {}]] as const) {
      const name = `user${act.charAt(0).toUpperCase()}${act.slice(1)}`;
      // Tried in a world of its own: whatever it does is put back.
      const [row] = await database.owner`select status, suspended_until, deleted_at from users.people where id = ${id}`;
      const { data } = await graph.ask(`mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { errors { code } } }`, { input: { id, ...input } }, { token: people.get('boss')?.token });
      expect(data[name].errors.length === 0, `${act} of ${status}`).toBe(before.includes(act));
      await database.owner.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update users.people set status = ${row?.['status']}, suspended_until = ${row?.['suspended_until']}, deleted_at = ${row?.['deleted_at']} where id = ${id}`;
      });
    }
  });
});
