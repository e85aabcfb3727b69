import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import { actor, namesOf } from './acquaintances.ts';

const clock = testClock();
let database: TestDatabase;
let home: TestTenant;
let away: TestTenant;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('ann').withMember('ben').withMember('shy').withMember('both').in(database);
  const both = home.people['both'];
  if (both === undefined) throw new Error('nobody belongs to both');
  away = await aTenant('away').withMember('far').withPerson(both).in(database);
});
afterAll(() => database.drop());

/** Does something with a graph, and has it write who was there: as it does every few seconds, and when it stops. */
async function withGraph<T>(work: (graph: TestGraph) => Promise<T>): Promise<T> {
  const graph = await startGraph(database.url, { clock, environment: generousLimits });
  try {
    return await work(graph);
  } finally {
    await graph.stop();
  }
}
const isThere = (username: string, tenant = home) => withGraph(async (graph) => (await actor(graph, tenant, username)).ask('{ me { id } }'));
const idOf = (username: string): string => home.people[username]?.id ?? '';
const seenBy = (username: string, other: string, tenant = home) =>
  withGraph(async (graph) => (await (await actor(graph, tenant, username)).ask('query ($id: ID!) { user(id: $id) { presence { online lastSeenAt } } usersOnline { nodes { username } totalCount } }', { id: idOf(other) })));
const rowsOf = (username: string) => database.owner<{ tenant_id: string; last_seen_at: Date; version: string }[]>`select tenant_id, last_seen_at, xmin::text as version from users.presences where user_id = ${idOf(username)}`;
const minute = (at: Date): string => new Date(Math.floor(at.getTime() / 60_000) * 60_000).toISOString();

describe('presence', () => {
  it('is nothing for whoever was never there', async () => {
    expect((await seenBy('ann', 'ben')).user.presence).toEqual({ online: false, lastSeenAt: null });
  });

  it('is told to the minute, and lasts 2 minutes to the millisecond', async () => {
    await isThere('ben');
    const at = clock.now();
    const presence = async () => (await seenBy('ann', 'ben')).user.presence;
    expect(await presence()).toEqual({ online: true, lastSeenAt: minute(at) });
    clock.advanceSeconds(120);
    expect(await presence()).toEqual({ online: true, lastSeenAt: minute(at) });
    clock.advanceSeconds(1);
    expect(await presence()).toEqual({ online: false, lastSeenAt: minute(at) });
  });

  it.each([
    { seconds: 59, written: false },
    { seconds: 60, written: true },
  ])('is written again $seconds s later: $written, whatever session was used', async ({ seconds, written }) => {
    clock.advanceSeconds(3600);
    await isThere('ben');
    const [before] = await rowsOf('ben');
    clock.advanceSeconds(seconds);
    await isThere('ben');
    const [after] = await rowsOf('ben');
    expect(after?.version !== before?.version).toBe(written);
  });

  it('is of one tenant: what somebody does elsewhere is nobody’s business', async () => {
    await isThere('both', away);
    expect((await seenBy('ann', 'both')).user.presence).toEqual({ online: false, lastSeenAt: null });
    expect((await seenBy('far', 'both', away)).user.presence.online).toBe(true);
  });

  it('is gone with whoever leaves, and does not come back with them', async () => {
    await isThere('both');
    expect(await rowsOf('both')).toHaveLength(2);
    const [membership] = await database.owner`delete from tenants.memberships where user_id = ${idOf('both')} and tenant_id = ${home.id} returning *`;
    expect((await rowsOf('both')).map((row) => row.tenant_id)).toEqual([away.id]);
    await database.owner`insert into tenants.memberships ${database.owner(membership ?? {})}`;
    expect((await seenBy('ann', 'both')).user.presence).toEqual({ online: false, lastSeenAt: null });
  });

  it('is not written for a session that has ended', async () => {
    const ask = await withGraph(async (graph) => (await actor(graph, home, 'shy')).token);
    expect(ask).toEqual(expect.any(String));
    await database.owner`delete from users.presences where user_id = ${idOf('shy')}`;
    clock.advanceSeconds(300);
    const [session] = await database.owner<{ id: string }[]>`update sessions.sessions set revoked_at = now() where user_id = ${idOf('shy')} returning id`;
    await database.owner`select sessions.note_use(${[session?.id ?? '']}::uuid[], ${[clock.now().toISOString()]}::timestamptz[], array[null::inet])`;
    expect(await rowsOf('shy')).toEqual([]);
  });
});

describe('whoever does not want to be seen', () => {
  const hide = (username: string) =>
    database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${idOf(username)}, true)`;
      await tx`set local role kith_users`;
      await tx`update users.preferences set show_presence = false where user_id = ${idOf(username)}`;
      await tx`select users.hide_presence()`;
    });

  it('is seen in no tenant from then on, however long they are there', async () => {
    await isThere('both');
    await isThere('both', away);
    await hide('both');
    expect(await rowsOf('both')).toEqual([]);
    clock.advanceSeconds(300);
    await isThere('both');
    expect(await rowsOf('both')).toEqual([]);
    expect((await seenBy('ann', 'both')).user.presence).toEqual({ online: false, lastSeenAt: null });
    expect(namesOf((await seenBy('ann', 'both')).usersOnline)).not.toContain('both');
  });

  it('is not seen by a use that is written at the very moment they choose so', async () => {
    await isThere('shy');
    clock.advanceSeconds(300);
    const [session] = await database.owner<{ id: string }[]>`select id from sessions.sessions where user_id = ${idOf('shy')} and revoked_at is null limit 1`;
    await database.owner.begin(async (tx) => {
      await tx`update users.preferences set show_presence = false where user_id = ${idOf('shy')}`;
      // Written by another connection in between: it passes them over, for they are about to change.
      await database.owner`select sessions.note_use(${[session?.id ?? '']}::uuid[], ${[clock.now().toISOString()]}::timestamptz[], array[null::inet])`;
      await tx`delete from users.presences where user_id = ${idOf('shy')}`;
    });
    expect(await rowsOf('shy')).toEqual([]);
  });
});

describe('who is online', () => {
  it('comes latest first, in the active tenant, without whoever is shut out', async () => {
    clock.advanceSeconds(3600);
    await isThere('ben');
    clock.advanceSeconds(60);
    await isThere('boss');
    const online = async (username: string) => (await seenBy(username, 'ann')).usersOnline;
    expect((await online('boss')).nodes.map(({ username }: { username: string }) => username)).toEqual(['boss', 'ben']);
    await database.owner`update users.people set status = 'BANNED' where username = 'ben'`;
    expect(await online('ann')).toEqual({ nodes: [{ username: 'boss' }], totalCount: 1 });
    expect(namesOf(await online('boss'))).toContain('ben');
    await database.owner`update users.people set status = 'ACTIVE' where username = 'ben'`;
    expect(namesOf((await seenBy('far', 'both', away)).usersOnline)).not.toContain('boss');
  });

  it('is told to nobody who is not signed in', async () => {
    await withGraph(async (graph) => {
      const { errors } = await graph.ask('{ usersOnline { nodes { id } } }');
      expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    });
  });
});
