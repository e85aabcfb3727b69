import { roleUrl } from '@kith/drizzle/roles.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { Catalogue } from '../drizzle/planted.ts';
import { foundIn } from '../drizzle/planted.ts';
import { grantsTo, portsOf } from '../drizzle/securityGuards.ts';
import type { TestGraph, TestGraphOptions } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { RedisServer } from '../limits/redisServer.ts';
import { hasRedis, startRedis } from '../limits/redisServer.ts';
import { claimsOf, open, refresh, signOut, whoIs } from './sessionActs.ts';
import type { TcpProxy } from './tcpProxy.ts';
import { tcpProxy } from './tcpProxy.ts';

let database: TestDatabase;
/** Another database, where nothing is ever revoked: a gateway that follows it is deaf. */
let elsewhere: TestDatabase;
let clock: TestClock;
let graph: TestGraph;
const graphs: TestGraph[] = [];

const start = async (options: TestGraphOptions = {}): Promise<TestGraph> => {
  const started = await startGraph(database.url, { clock, ...options });
  graphs.push(started);
  return started;
};
const deaf = () => ({ GATEWAY_DATABASE_URL: roleUrl(elsewhere.url, roleSecret, 'gateway') });
const refused = (at: TestGraph, token: string, deadlineMs = 1_000) => eventually(() => whoIs(at, token), (who) => who === 'UNAUTHENTICATED', deadlineMs);

beforeAll(async () => {
  [database, elsewhere] = [await testDatabase(), await testDatabase('migrated')];
  clock = testClock();
  graph = await startGraph(database.url, { clock });
});
afterEach(async () => {
  await Promise.all(graphs.splice(0).map((started) => started.stop()));
});
afterAll(async () => {
  await graph.stop();
  await Promise.all([database.drop(), elsewhere.drop()]);
});

/** Suspends somebody as the users subgraph does: the status and the port, in one transaction. */
async function suspend(email: string): Promise<void> {
  await database.owner.begin(async (tx) => {
    const [person] = await tx`update users.people set status = 'SUSPENDED', suspended_until = ${new Date(clock.now().getTime() + 86_400_000)} where email_canonical = ${email} returning id`;
    await tx`select sessions.revoke_all(${person?.['id']}, 'SUSPENDED', ${clock.now()})`;
  });
}
const reinstate = (email: string) => database.owner`update users.people set status = 'ACTIVE', suspended_until = null where email_canonical = ${email} and status = 'SUSPENDED'`;

describe('a revoked token', () => {
  it('is refused by another process within a second, before anything else', async () => {
    const other = await start();
    const { accessToken } = await open(graph);
    expect(await whoIs(other, accessToken)).toBe('ada');
    await signOut(graph, 'THIS', { token: accessToken });
    await refused(other, accessToken);
    other.fetches = 0;
    const { status, errors, data } = await other.ask('{ me { username } }', {}, { token: accessToken });
    expect({ status, data, code: errors[0]?.extensions.code, fetches: other.fetches }).toEqual({ status: 401, data: undefined, code: 'UNAUTHENTICATED', fetches: 0 });
  });

  it('is let through by a gateway that does not hear of it: that is what the test above looks for', async () => {
    const other = await start({ environment: deaf() });
    const { accessToken } = await open(graph);
    await signOut(graph, 'THIS', { token: accessToken });
    await refused(graph, accessToken);
    expect(await whoIs(other, accessToken)).toBe('ada');
  });

  it('is refused by a process that started afterwards', async () => {
    const { accessToken } = await open(graph);
    await signOut(graph, 'THIS', { token: accessToken });
    expect(await whoIs(await start(), accessToken)).toBe('UNAUTHENTICATED');
  });

  it('is refused when the processes run apart', async () => {
    const apart = await start({ topology: 'apart' });
    const { accessToken } = await open(apart);
    const neighbour = await open(apart);
    await signOut(apart, 'THIS', { token: accessToken });
    await refused(apart, accessToken);
    expect(await whoIs(apart, neighbour.accessToken)).toBe('ada');
  });

  it('is refused although the connection that tells of it was broken meanwhile', async () => {
    const other = await start();
    const { accessToken } = await open(graph);
    await database.owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'kith-revocations'`;
    await signOut(graph, 'THIS', { token: accessToken });
    await refused(other, accessToken, 10_000);
  });
});

describe('a person who is suspended', () => {
  afterEach(() => reinstate('grace@kith.test').then(() => {}));

  it('is refused in the other process within a second, and cannot refresh', async () => {
    const other = await start();
    const sessions = [await open(graph, { login: 'grace@kith.test' }), await open(other, { login: 'grace@kith.test' })];
    await suspend('grace@kith.test');
    for (const { accessToken, refreshToken } of sessions) {
      await refused(other, accessToken);
      expect((await refresh(other, refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    }
  });

  it('is signed in anew, in the same millisecond, once that is lifted', async () => {
    const before = await open(graph, { login: 'grace@kith.test' });
    await suspend('grace@kith.test');
    await reinstate('grace@kith.test');
    const after = await open(graph, { login: 'grace@kith.test' });
    await refused(graph, before.accessToken);
    expect(await whoIs(graph, after.accessToken)).toBe('grace');
  });

  const signInDuringSuspension = async (): Promise<string> => {
    const suspending = Promise.withResolvers<void>();
    const suspended = database.owner.begin(async (tx) => {
      const [person] = await tx`update users.people set status = 'SUSPENDED', suspended_until = ${new Date(clock.now().getTime() + 86_400_000)} where email_canonical = 'grace@kith.test' returning id`;
      await tx`select sessions.revoke_all(${person?.['id']}, 'SUSPENDED', ${clock.now()})`;
      await suspending.promise;
    });
    let answered = false;
    const signingIn = graph
      .ask('mutation { sessionSignIn(input: { login: "grace@kith.test", password: "Demo-graph-2026!" }) { accessToken errors { code } } }')
      .finally(() => {
        answered = true;
      });
    // Until it waits for the suspension, or has not.
    await eventually(
      async () => answered || (await database.owner`select 1 from pg_stat_activity where datname = current_database() and application_name = 'kith-sessions' and wait_event_type = 'Lock'`).length > 0,
      (settled) => settled,
    );
    suspending.resolve();
    await suspended;
    const { data } = await signingIn;
    return data.sessionSignIn.errors[0]?.code ?? 'signed in';
  };

  it('does not slip through by signing in at the very moment', async () => {
    expect(await signInDuringSuspension()).toBe('ACCOUNT_SUSPENDED');
  });

  it('would slip through if their standing were not held still', async () => {
    const [{ source } = { source: '' }] = await database.owner<{ source: string }[]>`select pg_get_functiondef('users.hold_standing'::regproc) as source`;
    await database.owner.unsafe(source.replace(' for share', ''));
    try {
      expect(await signInDuringSuspension()).toBe('signed in');
    } finally {
      await database.owner.unsafe(source);
    }
  });
});

describe('a person whose role changes', () => {
  it('goes on with the next refresh, and with nothing they had before, in every process', async () => {
    const other = await start();
    const before = await open(graph, { login: 'linus@kith.test' });
    await database.owner`select sessions.void_tokens(${claimsOf(before.accessToken).sub}, ${clock.now()})`;
    await refused(other, before.accessToken);
    clock.advanceSeconds(0.001);
    const after = await refresh(other, before.refreshToken);
    expect(await whoIs(other, after.accessToken)).toBe('linus');
    expect(await whoIs(graph, after.accessToken)).toBe('linus');
  });
});

describe('a tenant whose tokens are voided', () => {
  const tenantOf = (token: string): string => claimsOf(token).tid ?? 'none';
  // Of all clocks the latest counts, and one of the graphs above goes by the real one.
  const later = (): void => clock.set(new Date(Math.max(clock.now().getTime(), Date.now()) + 1));
  afterEach(later);
  const voidTokens = (tenantId: string) => database.owner`select sessions.void_tenant_tokens(${tenantId}, ${clock.now()})`;

  it('has the tokens for acting in it refused in the other process within a second, and no others; a refresh brings one that holds', async () => {
    const other = await start();
    const [inTenant, colleague, abroad] = [await open(graph), await open(other, { login: 'grace@kith.test' }), await open(graph, { login: 'linus@kith.test', tenant: 'atlas' })];
    expect(tenantOf(abroad.accessToken)).not.toBe(tenantOf(inTenant.accessToken));
    await voidTokens(tenantOf(inTenant.accessToken));
    await refused(other, inTenant.accessToken);
    await refused(graph, colleague.accessToken);
    expect(await whoIs(other, abroad.accessToken)).toBe('linus');
    later();
    const after = await refresh(other, inTenant.refreshToken);
    expect(await whoIs(other, after.accessToken)).toBe('ada');
  });

  it('is known to a process that started afterwards', async () => {
    const { accessToken } = await open(graph);
    await voidTokens(tenantOf(accessToken));
    expect(await whoIs(await start(), accessToken)).toBe('UNAUTHENTICATED');
  });

  /** Signs in while a transaction has suspended the tenant and voids its tokens, then commits. Answers whether what signing in brought is believed. */
  const signInDuringVoiding = async (): Promise<string> => {
    const tenantId = tenantOf((await open(graph, { login: 'edsger@kith.test' })).accessToken);
    const committing = Promise.withResolvers<void>();
    const voided = database.owner.begin(async (tx) => {
      await tx`select sessions.void_tenant_tokens(${tenantId}, ${clock.now()})`;
      await tx`update tenants.tenants set status = 'SUSPENDED' where id = ${tenantId}`;
      await committing.promise;
    });
    let answered = false;
    const signingIn = graph
      .ask('mutation { sessionSignIn(input: { login: "edsger@kith.test", password: "Demo-graph-2026!", tenant: "quill" }) { accessToken errors { code } } }')
      .finally(() => {
        answered = true;
      });
    await eventually(
      async () => answered || (await database.owner`select 1 from pg_stat_activity where datname = current_database() and application_name = 'kith-sessions' and wait_event_type = 'Lock'`).length > 0,
      (settled) => settled,
    );
    committing.resolve();
    await voided;
    const { data } = await signingIn;
    await database.owner`update tenants.tenants set status = 'ACTIVE' where id = ${tenantId}`;
    return data.sessionSignIn.errors[0]?.code ?? 'signed in';
  };

  it('is not slipped into by signing in at the very moment', async () => {
    expect(await signInDuringVoiding()).toBe('TENANT_UNKNOWN');
  });

  it('would be slipped into if nobody waited for it', async () => {
    const [{ source } = { source: '' }] = await database.owner<{ source: string }[]>`select pg_get_functiondef('sessions.void_tenant_tokens'::regproc) as source`;
    await database.owner.unsafe(source.replace(/perform pg_advisory_xact_lock\(.*\);/, 'null;'));
    try {
      expect(await signInDuringVoiding()).toBe('signed in');
    } finally {
      await database.owner.unsafe(source);
    }
  });
});

describe('while revocations cannot be followed', () => {
  const believedMs = 3_000;
  const readiness = async (of: TestGraph): Promise<{ status: number; revocations: string }> => {
    const response = await fetch(`${of.url}/ready`);
    const { parts } = (await response.json()) as { parts: Record<string, { status: string }> }; // ours to know
    return { status: response.status, revocations: parts['revocations']?.status ?? 'missing' };
  };
  const allow = (allowed: boolean) =>
    database.owner.unsafe(`${allowed ? 'grant' : 'revoke'} execute on function sessions.recent_revocations(timestamptz, int) ${allowed ? 'to' : 'from'} kith_gateway`);
  afterEach(() => allow(true).then(() => {}));

  it('tokens are believed for a while, then none is, nobody is signed out, and /ready says so at once', async () => {
    const cut = await start({ environment: { REVOCATIONS_BELIEVED_MS: String(believedMs) } });
    const { accessToken } = await open(cut);
    expect(await readiness(cut)).toEqual({ status: 200, revocations: 'ok' });
    await allow(false);
    await eventually(() => readiness(cut), ({ status, revocations }) => status === 503 && revocations === 'unavailable', believedMs);
    expect(await whoIs(cut, accessToken)).toBe('ada');
    await eventually(() => whoIs(cut, accessToken), (who) => who === 'INTERNAL');
    // Whoever signs in now has just been looked at.
    const { data } = await cut.ask('mutation { sessionSignIn(input: { login: "ada@kith.test", password: "Demo-graph-2026!" }) { user { username } } }');
    expect(data.sessionSignIn.user).toEqual({ username: 'ada' });
    await allow(true);
    await eventually(() => whoIs(cut, accessToken), (who) => who === 'ada');
    await eventually(() => readiness(cut), ({ status, revocations }) => status === 200 && revocations === 'ok');
  });
});

describe('the role that gateways follow revocations and rules with', () => {
  const reachOf = async (catalogue: Catalogue): Promise<string[]> => [
    ...(await grantsTo(catalogue, ['kith_gateway'])).map(({ privilege, table }) => `${privilege} ${table}`),
    ...(await portsOf(catalogue, ['kith_gateway'])),
  ];

  it('can ask for revocations and the rules of a tenant, and do nothing else', async () => {
    expect(await reachOf(database.owner)).toEqual(['kith_gateway: sessions.recent_revocations', 'kith_gateway: tenants.gateway_rules']);
  });

  it.each([
    ['a table', 'grant select on sessions.revocations to kith_gateway', 'SELECT sessions.revocations'],
    ['a port', 'grant execute on function users.hold_standing(uuid) to kith_gateway', 'kith_gateway: users.hold_standing'],
  ])('would be seen to reach %s', async (_, fault, finding) => {
    expect(await foundIn(database.owner, fault, reachOf)).toContain(finding);
  });
});

describe('a connection that hangs without ever breaking', () => {
  let proxy: TcpProxy;
  beforeAll(async () => {
    const { hostname: host, port } = new URL(database.url);
    proxy = await tcpProxy({ host, port: Number(port) });
  });
  afterAll(() => proxy.close());

  it('is given up for another one, and what was missed is made up for', async () => {
    const address = new URL(roleUrl(database.url, roleSecret, 'gateway'));
    Object.assign(address, { hostname: '127.0.0.1', port: String(proxy.port) });
    const other = await start({ environment: { GATEWAY_DATABASE_URL: address.href } });
    const { accessToken } = await open(graph);
    expect(await whoIs(other, accessToken)).toBe('ada');
    proxy.hang();
    await signOut(graph, 'THIS', { token: accessToken });
    expect(await whoIs(other, accessToken)).toBe('ada');
    await eventually(async () => (await fetch(`${other.url}/ready`)).status, (status) => status === 503, 20_000);
    proxy.mend();
    await refused(other, accessToken, 20_000);
  });
});

describe.skipIf(!hasRedis)('with Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  afterEach(() => redis.goOn());

  /** One that tells through Redis, and one that can hear of it in no other way. */
  const pair = async (): Promise<{ telling: TestGraph; hearing: TestGraph }> => {
    const pairing = { REDIS_URL: redis.url };
    const [telling, hearing] = [await start({ environment: pairing }), await start({ environment: { ...pairing, ...deaf() } })];
    return { telling, hearing };
  };
  /** Whether a sign-out in one is heard of in the other: tried until it is, since subscribing takes its time. */
  const isHeard = async ({ telling, hearing }: { telling: TestGraph; hearing: TestGraph }): Promise<boolean> => {
    const { accessToken } = await open(telling);
    await signOut(telling, 'THIS', { token: accessToken });
    await refused(telling, accessToken);
    return refused(hearing, accessToken, 500).then(() => true, () => false);
  };

  it('a revoked token is refused by a process that cannot listen to PostgreSQL', async () => {
    const both = await pair();
    await eventually(() => isHeard(both), (heard) => heard);
  });

  it('tokens of a tenant that were voided are refused by a process that cannot listen to PostgreSQL', async () => {
    const both = await pair();
    await eventually(() => isHeard(both), (heard) => heard);
    const { accessToken } = await open(both.telling);
    await database.owner`select sessions.void_tenant_tokens(${claimsOf(accessToken).tid}, ${clock.now()})`;
    await refused(both.hearing, accessToken);
    clock.set(new Date(Date.now() + 1));
  });

  it.each([
    { what: 'hangs', strike: () => Promise.resolve(redis.hang()), heal: () => Promise.resolve(redis.goOn()) },
    { what: 'is gone', strike: () => redis.kill(), heal: () => redis.restart() },
    { what: 'is flushed', strike: () => redis.flush(), heal: () => Promise.resolve() },
  ])('that $what nobody waits, PostgreSQL tells of revocations, and Redis does again once it is back', async ({ strike, heal }) => {
    const both = await pair();
    await eventually(() => isHeard(both), (heard) => heard);
    const listening = await start({ environment: { REDIS_URL: redis.url } });
    await strike();
    const { accessToken } = await open(both.telling);
    const startedAt = performance.now();
    await signOut(both.telling, 'THIS', { token: accessToken });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await refused(listening, accessToken);
    await heal();
    await eventually(() => isHeard(both), (heard) => heard, 20_000);
  });
});
