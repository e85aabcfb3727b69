import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { elsewhere, guess, home, machine, testConditions, trySignIn } from './securityActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
const tokens: Record<string, string> = {};
const ids: Record<string, string> = {};

beforeAll(async () => {
  database = await testDatabase('migrated');
  const tenant = await aTenant('glance').withAdmin('boss').withMember('ada').withMember('eve', 'MODERATOR').in(database);
  for (const { id, username } of Object.values(tenant.people)) ids[username] = id;
  graph = await startGraph(database.url, { clock, environment: testConditions });
  for (const username of ['boss', 'eve', 'ada']) tokens[username] = (await trySignIn(graph, username, testPassword, home)).accessToken ?? '';
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const securityOf = async (username: string, asking: string, fields: string) =>
  (await graph.ask(`query ($id: ID!) { user(id: $id) { security { ${fields} } } }`, { id: ids[username] }, { token: tokens[asking] })).data.user.security;

describe('what is seen of how somebody proves who they are', () => {
  test('the last sign-in is the last one that succeeded, and for the person alone', async () => {
    clock.advanceSeconds(60);
    const at = clock.now().toISOString();
    await trySignIn(graph, 'ada', testPassword, elsewhere);
    clock.advanceSeconds(60);
    await guess(graph, 'ada', 1);
    expect((await securityOf('ada', 'ada', 'lastLogin { occurredAt succeeded ipAddress }')).lastLogin).toEqual({ occurredAt: at, succeeded: true, ipAddress: '198.51.100.23' });
    expect((await securityOf('ada', 'boss', 'lastLogin { id }')).lastLogin).toBeNull();
  });

  test('known devices are listed the latest first, page by page, for the person alone, until they are forgotten after 90 days', async () => {
    for (const host of [11, 12, 13]) {
      clock.advanceSeconds(60);
      await trySignIn(graph, 'ada', testPassword, machine(`203.0.113.${host}`));
    }
    const { knownDevices } = await securityOf('ada', 'ada', 'knownDevices(first: 2) { nodes { fingerprint network signedInAt } pageInfo { hasNextPage endCursor } totalCount }');
    expect(knownDevices.nodes.map(({ network }: { network: string }) => network)).toEqual(['203.0.113.13/32', '203.0.113.12/32']);
    expect(knownDevices.nodes[0].fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const rest = await securityOf('ada', 'ada', `knownDevices(first: 200, after: "${knownDevices.pageInfo.endCursor}") { nodes { network } }`);
    expect(rest.knownDevices.nodes).toHaveLength(knownDevices.totalCount - 2);
    expect(rest.knownDevices.nodes[0].network).toBe('203.0.113.11/32');
    expect((await securityOf('ada', 'boss', 'knownDevices { totalCount }')).knownDevices).toBeNull();
  });

  test('a lock shows the person and administrators until when it holds, and is gone when it is over', async () => {
    await guess(graph, 'ada', 5);
    const lockedUntil = new Date(clock.now().getTime() + 15 * 60_000).toISOString();
    for (const asking of ['ada', 'boss']) expect((await securityOf('ada', asking, 'lockout { lockedUntil failures }')).lockout, asking).toEqual({ lockedUntil, failures: 5 });
    expect((await securityOf('boss', 'boss', 'lockout { failures }')).lockout).toBeNull();
    clock.advanceSeconds(15 * 60);
    expect((await securityOf('ada', 'ada', 'lockout { failures }')).lockout).toBeNull();
  });

  test.each([
    ['themselves', 'ada', { revokeSessions: true, changeCredentials: true }],
    ['an administrator', 'boss', { revokeSessions: true, changeCredentials: false }],
  ])('which buttons to show is said to %s as it is then decided', async (_, asking, can) => {
    expect((await securityOf('ada', asking, 'viewerCan { revokeSessions changeCredentials }')).viewerCan).toEqual(can);
  });

  test('a moderator is shown none of it', async () => {
    expect(await securityOf('ada', 'eve', 'viewerCan { revokeSessions }')).toBeNull();
  });
});
