import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, goodPassword, mutate } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { open, refresh, whoIs } from '../sessions/sessionActs.ts';
import { accept, changeRole, invite, leave, mailedToken, removeMember } from '../tenants/memberActs.ts';

describe.each(['together', 'apart'] as const)('a place in a tenant, %s', (topology) => {
  let database: TestDatabase;
  let graph: TestGraph;
  let admin: string;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    await aTenant('harbour').withAdmin('harbour_master').in(database);
    await aTenant('island').withAdmin('islander').in(database);
    graph = await startGraph(database.url, { topology, environment: { ...generousLimits, SIGN_IN_REFUSAL_MS: '10' } });
    admin = await graph.signIn('harbour_master', { password: testPassword });
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const known = 'islander@test.kith.test';
  const newcomer = 'nellie@kith.example';
  const idOf = async (username: string): Promise<string> => (await graph.ask('query ($username: String!) { userByUsername(username: $username) { id } }', { username }, { token: admin })).data.userByUsername.id;

  it('is offered by mail to somebody with an account, who sees what it is, and accepts it', async () => {
    expect((await invite(graph, admin, { email: known, role: 'CREATOR', message: 'There is room at the pier.' })).invitation).toMatchObject({ state: 'OPEN', invitedBy: { username: 'harbour_master' } });
    const token = await mailedToken(database, known);
    const { data } = await graph.ask('query ($token: String!) { invitation(token: $token) { tenantSlug role email invitedByName } }', { token });
    expect(data.invitation).toEqual({ tenantSlug: 'harbour', role: 'CREATOR', email: known, invitedByName: 'harbour_master' });
    const own = await graph.signIn('islander', { password: testPassword });
    expect((await graph.ask('{ me { invitationsReceived { nodes { tenantSlug } } } }', {}, { token: own })).data.me.invitationsReceived.nodes).toEqual([{ tenantSlug: 'harbour' }]);
    expect((await accept(graph, own, { token })).membership).toMatchObject({ role: 'CREATOR', tenant: { slug: 'harbour' } });
    const inside = await graph.signIn('islander', { password: testPassword, tenant: 'harbour' });
    const me = await eventually(
      async () => (await graph.ask('{ me { membership { role } player { level } memberships { nodes { tenant { slug } } } } }', {}, { token: inside })).data.me,
      ({ player }) => player !== null,
    );
    expect(me).toEqual({ membership: { role: 'CREATOR' }, player: { level: 1 }, memberships: { nodes: [{ tenant: { slug: 'island' } }, { tenant: { slug: 'harbour' } }] } });
  });

  it('is taken by somebody new who registers with the link, and signs in at once', async () => {
    await invite(graph, admin, { email: newcomer });
    const invitationToken = await mailedToken(database, newcomer);
    const { user, errors } = await mutate(graph, 'userRegister', { email: newcomer, password: goodPassword, agreeToTerms: true, invitationToken }, 'user { username status verified } errors { code }');
    expect([user, errors]).toEqual([{ username: 'nellie', status: 'ACTIVE', verified: true }, []]);
    const token = await graph.signIn(newcomer, { password: goodPassword });
    expect((await graph.ask('{ currentTenant { slug } me { membership { role } } }', {}, { token })).data).toEqual({ currentTenant: { slug: 'harbour' }, me: { membership: { role: 'USER' } } });
  });

  it('comes with another role, which holds from the next request on and stands in its history', async () => {
    const opened = await open(graph, { login: newcomer, password: goodPassword });
    graph.clock.advanceSeconds(2);
    const { membership } = await changeRole(graph, admin, await idOf('nellie'), 'MODERATOR');
    expect(membership).toMatchObject({ role: 'MODERATOR', viewerCan: { changeRole: true, remove: true } });
    await eventually(() => whoIs(graph, opened.accessToken), (who) => who === 'UNAUTHENTICATED', 5_000);
    // By the second: a token issued in the one of the change is as old as those that were voided.
    graph.clock.advanceSeconds(2);
    const next = await eventually(() => refreshed(opened.refreshToken), (token) => token !== null);
    const { data } = await graph.ask('{ me { membership { role invitation { email } roleChanges { nodes { from to changedBy { username } } } } } }', {}, { token: next ?? '' });
    const changedBy = { username: 'harbour_master' };
    expect(data.me.membership).toEqual({ role: 'MODERATOR', invitation: null, roleChanges: { nodes: [{ from: 'USER', to: 'MODERATOR', changedBy }, { from: null, to: 'USER', changedBy }] } });
  });

  let latest: string | null = null;
  async function refreshed(refreshToken: string | null): Promise<string | null> {
    const pair = await refresh(graph, latest ?? refreshToken);
    latest = pair.refreshToken;
    return (await whoIs(graph, pair.accessToken)) === 'UNAUTHENTICATED' ? null : pair.accessToken;
  }

  it('ends by being removed, or by leaving, and never without an administrator', async () => {
    const nellie = await idOf('nellie');
    expect(await removeMember(graph, admin, nellie, 'Sailed away.')).toEqual({ removedUserId: nellie, errors: [] });
    const token = await graph.signIn('islander', { password: testPassword, tenant: 'harbour' });
    expect((await leave(graph, token)).errors).toEqual([]);
    expect((await leave(graph, admin)).errors).toMatchObject([{ code: 'LAST_ADMINISTRATOR' }]);
    const { data } = await graph.ask('{ currentTenant { members { nodes { user { username } } totalCount } } }', {}, { token: admin });
    expect(data.currentTenant.members).toEqual({ nodes: [{ user: { username: 'harbour_master' } }], totalCount: 1 });
  });
});
