import { roleUrl } from '@kith/drizzle/roles.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { AskOptions, TestGraph, TestGraphOptions } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret } from '../harness/settings.ts';
import { setTenantSettings } from '../harness/tenantSettings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { machine, testConditions } from '../sessions/securityActs.ts';
import type { TcpProxy } from '../sessions/tcpProxy.ts';
import { tcpProxy } from '../sessions/tcpProxy.ts';

const ranges = { allowedIpRanges: ['203.0.113.0/24', '2001:db8::/32'] };
const inside = machine('203.0.113.9');
const outside = machine('198.51.100.9');

let database: TestDatabase;
/** Another database, where no tenant has rules: a gateway that follows it is deaf. */
let elsewhere: TestDatabase;
let graph: TestGraph;
let other: TestGraph;
let castle: TestTenant;
let meadow: TestTenant;
const graphs: TestGraph[] = [];

const start = async (options: TestGraphOptions = {}): Promise<TestGraph> => {
  const started = await startGraph(database.url, { ...options, environment: { ...testConditions, ...options.environment } });
  graphs.push(started);
  return started;
};
const signIn = (tenant: TestTenant, login = 'ida') => graph.signIn(login, { password: testPassword, tenant: tenant.slug });
/** What comes of a question: the person's name, or the code of the refusal. */
const asked = async (of: TestGraph, token: string | undefined, from: AskOptions, query = '{ me { username } }'): Promise<string> => {
  const { data, errors } = await of.ask(query, {}, { ...from, token });
  return errors[0]?.extensions.code ?? data?.me?.username ?? JSON.stringify(data);
};

beforeAll(async () => {
  [database, elsewhere] = [await testDatabase('migrated'), await testDatabase('migrated')];
  castle = await aTenant('castle').withAdmin('ida').withMember('otto').in(database);
  const { ida } = castle.people;
  if (ida === undefined) throw new Error('nobody was made');
  meadow = await aTenant('meadow').withPerson(ida).in(database);
  [graph, other] = await Promise.all([startGraph(database.url, { environment: testConditions }), startGraph(database.url, { environment: testConditions })]);
});
beforeEach(() => setTenantSettings(database, castle.id, {}));
afterEach(async () => {
  await Promise.all(graphs.splice(0).map((started) => started.stop()));
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await Promise.all([database.drop(), elsewhere.drop()]);
});

describe('where a tenant names ranges of addresses', () => {
  let token: string;
  beforeEach(async () => {
    token = await signIn(castle);
    await setTenantSettings(database, castle.id, ranges);
    await eventually(() => asked(graph, token, outside), (said) => said === 'FORBIDDEN', 1_000);
  });

  it('a request from outside is refused before a subgraph is asked, and one from inside is answered', async () => {
    graph.fetches = 0;
    const { status, data, errors } = await graph.ask('{ me { username } }', {}, { ...outside, token });
    expect({ status, data, error: errors[0]?.message, code: errors[0]?.extensions.code, fetches: graph.fetches }).toEqual({
      status: 403,
      data: undefined,
      error: 'Your tenant does not allow access from this address.',
      code: 'FORBIDDEN',
      fetches: 0,
    });
    expect([await asked(graph, token, inside), await asked(graph, token, machine('2001:db8::9')), await asked(graph, token, machine('::ffff:203.0.113.9'))]).toEqual(['ida', 'ida', 'ida']);
    expect(await asked(graph, token, machine('203.0.11.39'))).toBe('FORBIDDEN');
  });

  it('the same person is answered in another tenant, and nobody in particular is as well', async () => {
    expect(await asked(graph, await signIn(meadow), outside)).toBe('ida');
    expect(await asked(graph, undefined, outside)).toBe('{"me":null}');
  });

  it.each([
    ['signing out', 'mutation { sessionSignOut(input: {}) { revokedCount } }', '{"sessionSignOut":{"revokedCount":1}}'],
    ['refreshing', 'mutation { sessionRefresh(input: { refreshToken: "none" }) { errors { code } } }', '{"sessionRefresh":{"errors":[{"code":"REFRESH_TOKEN_INVALID"}]}}'],
    ['switching, under any name', 'mutation { a: sessionTenantSwitch(input: { tenant: "nowhere" }) { errors { code } } }', '{"a":{"errors":[{"code":"TENANT_UNKNOWN"}]}}'],
    ['what else there is to do', 'mutation { sessionRevoke(input: { id: "none" }) { errors { code } } }', 'FORBIDDEN'],
    ['signing out along with something else', 'mutation { sessionSignOut(input: {}) { revokedCount } sessionRevoke(input: { id: "none" }) { errors { code } } }', 'FORBIDDEN'],
    ['something else in a fragment', 'mutation { sessionSignOut(input: {}) { revokedCount } ...more } fragment more on Mutation { sessionRevoke(input: { id: "none" }) { errors { code } } }', 'FORBIDDEN'],
    ['something else called signing out', 'mutation { sessionSignOut: sessionRevoke(input: { id: "none" }) { errors { code } } }', 'FORBIDDEN'],
    ['asking for the schema', '{ __schema { queryType { name } } }', 'FORBIDDEN'],
  ])('%s from outside comes to what it should', async (_, query, expected) => {
    expect(await asked(graph, token, outside, query)).toBe(expected);
  });

  it('what a caller says of its address is not believed', async () => {
    const trusting = await start({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
    const wary = await start({ environment: { TRUSTED_PROXIES: '' } });
    expect(await asked(wary, token, inside)).toBe('FORBIDDEN');
    // Behind a proxy that was named it is: that is what the line above looks for.
    expect(await asked(trusting, token, inside)).toBe('ida');
  });

  it('ranges that cannot be read let nobody in, rather than everybody', async () => {
    for (const allowedIpRanges of [['010.0.0.0/8'], 'everywhere', [null], { from: 'anywhere' }]) {
      await setTenantSettings(database, castle.id, { allowedIpRanges });
      await eventually(() => asked(graph, token, inside), (said) => said === 'FORBIDDEN', 1_000);
    }
  });
});

describe('a rule that changes', () => {
  it('is in force in another process within a second, and so is its end', async () => {
    const token = await signIn(castle);
    expect(await asked(other, token, outside)).toBe('ida');
    await setTenantSettings(database, castle.id, ranges);
    await eventually(() => asked(other, token, outside), (said) => said === 'FORBIDDEN', 1_000);
    await database.owner`delete from tenants.settings where tenant_id = ${castle.id}`;
    await eventually(() => asked(other, token, outside), (said) => said === 'ida', 1_000);
  });

  it('is not heard of by a gateway that follows another database: that is what the test above looks for', async () => {
    const deaf = await start({ environment: { GATEWAY_DATABASE_URL: roleUrl(elsewhere.url, roleSecret, 'gateway') } });
    const token = await signIn(castle);
    await setTenantSettings(database, castle.id, ranges);
    await eventually(() => asked(other, token, outside), (said) => said === 'FORBIDDEN', 1_000);
    expect(await asked(deaf, token, outside)).toBe('ida');
  });

  it('is in force within a second although the connection that tells of it was cut', async () => {
    const token = await signIn(castle);
    expect(await asked(other, token, outside)).toBe('ida');
    await database.owner.begin(async (tx) => {
      await tx`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'kith-tenant-rules'`;
      await tx`update tenants.settings set settings = ${tx.json(ranges)} where tenant_id = ${castle.id}`;
    });
    await eventually(() => asked(other, token, outside), (said) => said === 'FORBIDDEN', 1_000);
    // And it is listened to again.
    await setTenantSettings(database, castle.id, {});
    await eventually(() => asked(other, token, outside), (said) => said === 'ida', 1_000);
  });

  it('of how often people may ask and change something holds in another process within a second', async () => {
    const slow = await start();
    const [ida, otto] = [await signIn(castle), await signIn(castle, 'otto')];
    expect(await asked(slow, ida, inside)).toBe('ida');
    await setTenantSettings(database, castle.id, { apiPerMinute: 5, writesPerMinute: 1 });
    await eventually(() => asked(slow, ida, inside), (said) => said === 'RATE_LIMITED', 1_000);
    expect(await asked(slow, await signIn(meadow), inside)).toBe('ida');
    const change = 'mutation { sessionRevoke(input: { id: "none" }) { errors { code } } }';
    expect(await asked(slow, otto, inside, change)).toContain('SESSION_UNKNOWN');
    expect(await asked(slow, otto, inside, change)).toBe('RATE_LIMITED');
    expect([await asked(slow, otto, inside), await asked(slow, otto, inside), await asked(slow, otto, inside), await asked(slow, otto, inside)]).toEqual(['otto', 'otto', 'otto', 'RATE_LIMITED']);
  });
});

describe('while the database does not answer', () => {
  let proxy: TcpProxy;
  const readiness = async (of: TestGraph): Promise<string> => {
    const { parts } = (await (await fetch(`${of.url}/ready`)).json()) as { parts: Record<string, { status: string }> }; // ours to know
    return parts['tenantRules']?.status ?? 'missing';
  };
  beforeAll(async () => {
    const { hostname: host, port } = new URL(database.url);
    proxy = await tcpProxy({ host, port: Number(port) });
  });
  afterAll(() => proxy.close());

  it('rules that are known stay in force for a while, then no person of a tenant is answered, and what changed meanwhile is made up for', async () => {
    const address = new URL(roleUrl(database.url, roleSecret, 'gateway'));
    Object.assign(address, { hostname: '127.0.0.1', port: String(proxy.port) });
    const cut = await start({ environment: { GATEWAY_DATABASE_URL: address.href, REVOCATIONS_BELIEVED_MS: '6000' } });
    const [token, unseen] = [await signIn(castle), await signIn(meadow)];
    await setTenantSettings(database, castle.id, ranges);
    await eventually(() => asked(cut, token, outside), (said) => said === 'FORBIDDEN', 1_000);
    expect(await readiness(cut)).toBe('ok');
    proxy.hang();
    await setTenantSettings(database, castle.id, {});
    await eventually(() => readiness(cut), (said) => said === 'unavailable', 5_000);
    expect([await asked(cut, token, inside), await asked(cut, token, outside), await asked(cut, unseen, inside)]).toEqual(['ida', 'FORBIDDEN', 'INTERNAL']);
    await eventually(() => asked(cut, token, inside), (said) => said === 'INTERNAL', 10_000);
    proxy.mend();
    await eventually(() => asked(cut, token, outside), (said) => said === 'ida', 10_000);
    // What else a gateway follows is heard of again in its own time.
    await eventually(() => readiness(cut), (said) => said === 'ok', 10_000);
  });
});
