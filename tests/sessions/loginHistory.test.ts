import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rolePassword } from '@kith/drizzle/roles.ts';
import postgres from 'postgres';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';
import { aPerson, aTwoFactorPerson, elsewhere, firstStep, guess, home, secondStep, signedIn, testConditions, trySignIn, wrongAppCode } from './securityActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url, { clock, environment: testConditions });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

interface Line {
  readonly id: string;
  readonly occurredAt: string;
  readonly succeeded: boolean;
  readonly failure: string | null;
  readonly ipAddress: string | null;
  readonly device: string;
}

const history = async (token: string, page = 'first: 20'): Promise<{ nodes: Line[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string }; totalCount: number }> =>
  (await graph.ask(`{ me { security { loginHistory(${page}) { nodes { id occurredAt succeeded failure ipAddress device } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } } } }`, {}, { token })).data.me.security.loginHistory;

const setStatus = (person: TestPerson, status: string) =>
  database.owner`update users.people set status = ${status}, suspended_until = ${status === 'SUSPENDED' ? new Date(clock.now().getTime() + 86_400_000) : null} where id = ${person.id}`;

describe('the login history', () => {
  it('shows a person every attempt in their name, the latest first: when, from where, on what, and why it failed', async () => {
    const person = await aPerson(database);
    const attempts: (() => Promise<unknown>)[] = [
      () => trySignIn(graph, person.username, testPassword, home),
      () => trySignIn(graph, person.email, 'wrong', elsewhere),
      () => trySignIn(graph, person.username, testPassword, home, { tenant: 'nowhere' }),
      () => setStatus(person, 'SUSPENDED').then(() => trySignIn(graph, person.username, testPassword, home)),
      () => setStatus(person, 'BANNED').then(() => trySignIn(graph, person.username, testPassword, home)),
      () => setStatus(person, 'ACTIVE').then(() => guess(graph, person.username, 4, elsewhere)),
      () => guess(graph, person.email, 1, elsewhere),
      () => trySignIn(graph, person.username, testPassword, elsewhere),
    ];
    for (const attempt of attempts) {
      clock.advanceSeconds(1);
      await attempt();
    }
    clock.advanceSeconds(1);
    const { nodes, totalCount } = await history(await signedIn(graph, person, home));
    expect(nodes.map(({ failure }) => failure)).toEqual([
      null,
      'ACCOUNT_LOCKED',
      'WRONG_PASSWORD',
      ...Array.from({ length: 4 }, () => 'WRONG_PASSWORD'),
      'ACCOUNT_BANNED',
      'ACCOUNT_SUSPENDED',
      'TENANT_UNKNOWN',
      'WRONG_PASSWORD',
      null,
    ]);
    expect(totalCount).toBe(12);
    for (const { succeeded, failure } of nodes) expect(succeeded).toBe(failure === null);
    expect(nodes[0]).toMatchObject({ occurredAt: clock.now().toISOString(), ipAddress: '203.0.113.7', device: 'Firefox on Linux' });
    expect(nodes[1]).toMatchObject({ ipAddress: '198.51.100.23', device: 'Safari on macOS' });
  });

  it('shows wrong codes of the second factor', async () => {
    const person = await aTwoFactorPerson(graph, database);
    await secondStep(graph, await firstStep(graph, person), wrongAppCode(person.secret, clock));
    expect((await history(person.token)).nodes.map(({ failure }) => failure)).toEqual(['WRONG_CODE', null]);
  });

  it('shows nobody the attempts with a login that nobody goes by', async () => {
    const person = await aPerson(database);
    await trySignIn(graph, `${person.username}_`, 'wrong', elsewhere);
    expect((await history(await signedIn(graph, person))).totalCount).toBe(1);
    expect(await database.owner`select user_id from sessions.login_history where failure = 'UNKNOWN_LOGIN' and user_id is not null`).toHaveLength(0);
  });

  it('pages forwards and backwards without a gap, also through attempts of the same moment', async () => {
    const person = await aPerson(database);
    await guess(graph, person.username, 4);
    const token = await signedIn(graph, person, elsewhere);
    const whole = (await history(token)).nodes;
    expect(new Set(whole.map(({ occurredAt }) => occurredAt)).size).toBe(1);
    const first = await history(token, 'first: 2');
    const second = await history(token, `first: 2, after: "${first.pageInfo.endCursor}"`);
    const third = await history(token, `first: 2, after: "${second.pageInfo.endCursor}"`);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    expect([...first.nodes, ...second.nodes, ...third.nodes]).toEqual(whole);
    const last = await history(token, 'last: 2');
    const before = await history(token, `last: 3, before: "${last.pageInfo.startCursor}"`);
    expect([...before.nodes, ...last.nodes]).toEqual(whole);
  });

  it('goes on over the end of a month', async () => {
    const person = await aPerson(database);
    const now = clock.now();
    const monthsEnd = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) - 1_000);
    clock.set(monthsEnd);
    await trySignIn(graph, person.username, 'wrong', home);
    clock.advanceSeconds(2);
    const { nodes } = await history(await signedIn(graph, person, home));
    expect(nodes.map(({ occurredAt }) => occurredAt)).toEqual([clock.now().toISOString(), monthsEnd.toISOString()]);
    const tables = await database.owner`select tableoid::regclass::text as month from sessions.login_history where user_id = ${person.id}`;
    expect(new Set(tables.map(({ month }) => month)).size).toBe(2);
  });

  it('takes the same statements for 1, 20 and 200 attempts', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const counts: number[] = [];
    for (const total of [1, 20, 200]) {
      const have = (await history(token)).totalCount;
      await database.owner.begin(async (tx) => {
        await tx`set local role kith_keeper`;
        await tx`insert into sessions.login_history (id, occurred_at, user_id, failure) select gen_random_uuid(), now() - n * interval '1 second', ${person.id}, 'WRONG_PASSWORD' from generate_series(1, ${total - have}::int) n`;
      });
      graph.statements.reset();
      expect((await history(token, 'first: 200')).nodes).toHaveLength(total);
      counts.push(graph.statements.sent.length);
    }
    expect(new Set(counts).size).toBe(1);
  });

  it('is withheld by the database itself: who reads for somebody else, or for nobody, finds no row and no secret', async () => {
    const person = await aPerson(database);
    await signedIn(graph, person);
    const url = new URL(database.url);
    const reader = postgres(database.url, { max: 1, username: 'kith_reader', password: rolePassword(roleSecret, 'reader'), onnotice: () => {}, host: url.hostname });
    const seenAs = (userId: string) =>
      reader.begin(async (tx) => {
        await tx`select set_config('kith.user_id', ${userId}, true)`;
        return (await tx`select id from sessions.login_history where user_id = ${person.id}`).length;
      });
    expect(await seenAs(person.id)).toBe(1);
    expect(await seenAs((await aPerson(database)).id)).toBe(0);
    expect(await seenAs('')).toBe(0);
    for (const secret of ['sessions.credentials', 'sessions.second_factors', 'sessions.backup_codes', 'sessions.password_resets', 'sessions.two_factor_challenges', 'sessions.lockouts', 'sessions.reset_requests']) {
      await expect(reader.unsafe(`select * from ${secret}`)).rejects.toThrow('permission denied');
    }
    await reader.end();
  });
});
