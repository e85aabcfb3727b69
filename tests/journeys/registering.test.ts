import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mailedCode } from '../harness/mailbox.ts';
import { generousLimits, goodPassword, mutate } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

describe.each(['together', 'apart'] as const)('somebody new, %s', (topology) => {
  let database: TestDatabase;
  let graph: TestGraph;
  let token: string;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    await aTenant('harbour').withAdmin('harbour_master').in(database);
    graph = await startGraph(database.url, { topology, environment: generousLimits });
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const email = 'nellie@kith.example';
  const me = async () => (await graph.ask('{ me { username status version profile { bio } player { experience level wallet { sparklePoints } } memberships { nodes { role tenant { slug } } } } }', {}, { token })).data.me;

  it('registers, and is told what is not theirs yet in one answer over all subgraphs', async () => {
    const input = { email, password: goodPassword, agreeToTerms: true, tenant: 'harbour', displayName: 'Nellie' };
    const { user, errors } = await mutate(graph, 'userRegister', input, 'user { username email status profile { displayName } player { level } memberships { totalCount } } errors { code }');
    expect(errors).toEqual([]);
    // What other subgraphs know of the person is for whoever is signed in as them.
    expect(user).toEqual({ username: 'nellie', email, status: 'PENDING_VERIFICATION', profile: { displayName: 'Nellie' }, player: null, memberships: { totalCount: 0 } });
  });

  it('proves the address with the code in the mail', async () => {
    const code = await mailedCode(database, email);
    expect(await mutate(graph, 'userEmailVerify', { email, code }, 'verified errors { code }')).toEqual({ verified: true, errors: [] });
  });

  it('signs in and finds the points of both', async () => {
    token = await graph.signIn(email, { password: goodPassword });
    const person = await eventually(me, ({ player }) => player?.experience === 30 && player.wallet.sparklePoints === '100.0000');
    expect(person).toMatchObject({ username: 'nellie', status: 'ACTIVE', player: { level: 1 }, memberships: { nodes: [{ role: 'USER', tenant: { slug: 'harbour' } }] } });
  });

  it('tells something of themselves and takes another name', async () => {
    const { version } = await me();
    await mutate(graph, 'userUpdate', { version, bio: 'Goes round the world.' }, 'errors { code }', { token });
    await mutate(graph, 'userUsernameChange', { version: version + 1, username: 'NellieBly' }, 'errors { code }', { token });
    expect(await me()).toMatchObject({ username: 'NellieBly', version: version + 2, profile: { bio: 'Goes round the world.' } });
  });

  it('is suspended by the administrator, and let in again', async () => {
    const admin = await graph.signIn('harbour_master', { password: testPassword });
    const { data } = await graph.ask('{ userByUsername(username: "nelliebly") { id } }', {}, { token: admin });
    const { id } = data.userByUsername;
    const { user } = await mutate(graph, 'userSuspend', { id, reason: 'Storm warning.' }, 'user { status statusReason memberships { totalCount } } errors { code }', { token: admin });
    expect(user).toEqual({ status: 'SUSPENDED', statusReason: 'Storm warning.', memberships: { totalCount: 1 } });
    await expect(graph.signIn(email, { password: goodPassword })).rejects.toThrow('ACCOUNT_SUSPENDED');
    await mutate(graph, 'userReinstate', { id }, 'errors { code }', { token: admin });
    expect(await graph.signIn(email, { password: goodPassword })).toEqual(expect.any(String));
  });
});
