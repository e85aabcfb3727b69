import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { Tokens } from './sessionActs.ts';
import { claimsOf, open, refresh, revoke, signOut, whoIs } from './sessionActs.ts';

let database: TestDatabase;
let graph: TestGraph;
let other: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url);
  other = await startGraph(database.url);
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

let number = 0;
let home: TestTenant;
let away: TestTenant;
let names: { admin: string; member: string; moderator: string; stranger: string };

beforeEach(async () => {
  number += 1;
  names = { admin: `admin${number}`, member: `member${number}`, moderator: `moderator${number}`, stranger: `stranger${number}` };
  home = await aTenant(`home-${number}`).withAdmin(names.admin).withMember(names.member).withMember(names.moderator, 'MODERATOR').in(database);
  const member = home.people[names.member];
  if (member === undefined) throw new Error('the member was not made');
  away = await aTenant(`away-${number}`).withAdmin(names.stranger).withPerson(member).in(database);
});

const as = (login: string, tenant?: string): Promise<Tokens> => open(graph, { login, password: testPassword, ...(tenant === undefined ? {} : { tenant }) });
const refused = (at: TestGraph, token: string) => eventually(() => whoIs(at, token), (who) => who === 'UNAUTHENTICATED', 1_000);
const livingOf = async (login: string): Promise<number> => {
  const rows = await database.owner`select s.id from sessions.sessions s join users.people p on p.id = s.user_id where p.username = ${login} and s.revoked_at is null`;
  return rows.length;
};

describe('signing out', () => {
  it('ends the session one asks with: its tokens are refused everywhere, the others go on', async () => {
    const [here, there] = [await as(names.member), await as(names.member)];
    expect(await signOut(graph, 'THIS', { token: here.accessToken })).toBe(1);
    await refused(graph, here.accessToken);
    await refused(other, here.accessToken);
    expect((await refresh(other, here.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    expect(await whoIs(other, there.accessToken)).toBe(names.member);
    expect((await refresh(other, there.refreshToken)).code).toBeNull();
  });

  it('of all others leaves the session one asks with', async () => {
    const [here, ...others] = [await as(names.member), await as(names.member), await as(names.member)];
    expect(await signOut(graph, 'OTHERS', { token: here.accessToken })).toBe(2);
    for (const { accessToken } of others) await refused(other, accessToken);
    expect(await whoIs(other, here.accessToken)).toBe(names.member);
  });

  it('of all leaves none, and nobody else is touched', async () => {
    const sessions = [await as(names.member), await as(names.member)];
    const neighbour = await as(names.admin);
    expect(await signOut(graph, 'ALL', { token: sessions[0]?.accessToken })).toBe(2);
    for (const { accessToken, refreshToken } of sessions) {
      await refused(other, accessToken);
      expect((await refresh(graph, refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    }
    expect(await whoIs(other, neighbour.accessToken)).toBe(names.admin);
  });

  it('does nothing when nobody is signed in', async () => {
    expect(await signOut(graph, 'ALL', {})).toBe(0);
  });

  it('is announced once, with the sessions that ended', async () => {
    const { accessToken, session } = await as(names.member);
    await signOut(graph, 'THIS', { token: accessToken });
    const events = await database.owner`select payload from kith.events where name = 'session.revoked' and user_id = ${claimsOf(accessToken).sub}`;
    expect(events).toEqual([{ payload: { sessionIds: [session.id], reason: 'SIGNED_OUT' } }]);
  });

  it('wins over any refresh at the same moment, in whatever process: no session and no token live on', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { accessToken, refreshToken } = await as(names.member);
      const [, refreshed] = await Promise.all([signOut(graph, 'ALL', { token: accessToken }), refresh(other, refreshToken)]);
      if (refreshed.code !== null) continue;
      await refused(other, refreshed.accessToken);
      expect((await refresh(graph, refreshed.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    }
    expect(await livingOf(names.member)).toBe(0);
  });
});

describe('ending one session', () => {
  it('works for another one of oneself, in whatever tenant it was opened', async () => {
    const [here, there] = [await as(names.member, home.slug), await as(names.member, away.slug)];
    expect(await revoke(graph, there.session.id, here.accessToken)).toBeNull();
    await refused(other, there.accessToken);
    expect(await whoIs(other, here.accessToken)).toBe(names.member);
  });

  it('works for an administrator, where it was opened in their tenant', async () => {
    const [session, administrator] = [await as(names.member, home.slug), await as(names.admin)];
    expect(await revoke(graph, session.session.id, administrator.accessToken)).toBeNull();
    await refused(other, session.accessToken);
    const events = await database.owner`select user_id, payload from kith.events where name = 'session.revoked' and user_id = ${claimsOf(session.accessToken).sub}`;
    expect(events).toEqual([{ user_id: claimsOf(session.accessToken).sub, payload: { sessionIds: [session.session.id], reason: 'REVOKED_BY_ADMINISTRATOR' } }]);
  });

  it('answers SESSION_UNKNOWN to everybody else, and for what is not there', async () => {
    const [atHome, abroad] = [await as(names.member, home.slug), await as(names.member, away.slug)];
    const [admin, moderator, stranger] = [await as(names.admin), await as(names.moderator), await as(names.stranger)];
    expect(await revoke(graph, abroad.session.id, admin.accessToken), 'an administrator, of a session opened elsewhere').toBe('SESSION_UNKNOWN');
    expect(await revoke(graph, atHome.session.id, stranger.accessToken), 'the administrator of elsewhere').toBe('SESSION_UNKNOWN');
    expect(await revoke(graph, atHome.session.id, moderator.accessToken), 'somebody who is no administrator').toBe('SESSION_UNKNOWN');
    expect(await revoke(graph, '019a0000-0000-7000-8000-000000000000', admin.accessToken), 'an id nobody has').toBe('SESSION_UNKNOWN');
    expect(await revoke(graph, 'no id', admin.accessToken), 'what is no id').toBe('SESSION_UNKNOWN');
    expect(await revoke(graph, atHome.session.id, undefined), 'nobody').toBe('UNAUTHENTICATED');
    expect(await whoIs(other, atHome.accessToken)).toBe(names.member);
    expect(await whoIs(other, abroad.accessToken)).toBe(names.member);
  });

  it('answers SESSION_UNKNOWN the second time', async () => {
    const [here, there] = [await as(names.member), await as(names.member)];
    expect(await revoke(graph, there.session.id, here.accessToken)).toBeNull();
    expect(await revoke(graph, there.session.id, here.accessToken)).toBe('SESSION_UNKNOWN');
  });

  it('is kept within the tenant by row-level security too, when the statement forgets to', async () => {
    const forgetful = await startGraph(database.url, { rewrite: (text) => text.replaceAll('tenant_id = (select kith.current_tenant_id()) and ', '') });
    try {
      const [abroad, admin] = [await as(names.member, away.slug), await as(names.admin)];
      expect(await revoke(forgetful, abroad.session.id, admin.accessToken)).toBe('SESSION_UNKNOWN');
      // The same statement in a database without the policy goes through: it is the policy that held.
      await database.owner`alter policy changing_in_tenant on sessions.sessions using (true)`;
      await database.owner`alter policy active_tenant on sessions.sessions using (true)`;
      expect(await revoke(forgetful, abroad.session.id, admin.accessToken)).toBeNull();
    } finally {
      await database.owner`alter policy changing_in_tenant on sessions.sessions using (tenant_id = (select kith.current_tenant_id()))`;
      await database.owner`alter policy active_tenant on sessions.sessions using (tenant_id = (select kith.current_tenant_id()))`;
      await forgetful.stop();
    }
  });
});
