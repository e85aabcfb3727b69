import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { requestPasswordReset } from '@kith/sessions/services/resettingPassword.ts';
import { signIn } from '@kith/sessions/services/signingIn.ts';
import type { SessionsParts } from '@kith/sessions/sessionsParts.ts';
import { sessionsParts } from '@kith/sessions/sessionsParts.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testEnvironment } from '../harness/settings.ts';
import { statementCounter } from '../harness/statementCounter.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import { aPerson, trySignIn } from './securityActs.ts';

let database: TestDatabase;
/** Each is tried once: after five wrong passwords another road is taken. */
let people: TestPerson[];

beforeAll(async () => {
  database = await testDatabase('migrated');
  people = Object.values((await aTenant('timed').withMembers(120, 'timed').in(database)).people);
});
afterAll(async () => {
  await database.drop();
});

describe('the work done', () => {
  const statements = statementCounter();
  let connections: Database;
  let parts: SessionsParts;
  let hashes = 0;

  beforeAll(async () => {
    const config = parseConfig(testEnvironment(database.url), ['PASSWORD_PEPPER', 'ENCRYPTION_KEYS']);
    connections = configuredDatabase(config, 'sessions', { onSent: statements.onSent });
    const real = await sessionsParts(config, connections, testClock());
    const matches: SessionsParts['passwords']['matches'] = (password, hash) => {
      hashes += 1;
      return real.passwords.matches(password, hash);
    };
    parts = { ...real, refusalStepMs: 1, passwords: { ...real.passwords, matches } };
  });
  afterAll(async () => {
    await connections.close();
  });

  const asking = { requestId: 'timing', client: { address: '198.51.100.1', userAgent: 'curl/8.9.1', acceptLanguage: null, acceptEncoding: null, refreshCookie: null } };

  /** What an act costs: its statements in their order, and how many passwords were hashed. */
  async function costOf(act: () => Promise<unknown>): Promise<{ outcome: string; sent: string[]; hashes: number }> {
    statements.reset();
    hashes = 0;
    const outcome = await act().then(() => 'done', (error: unknown) => (error instanceof Refusal ? error.code : String(error)));
    return { outcome, sent: [...statements.sent], hashes };
  }

  const aboutAlerts = /insert into "sessions"\."alerts"|kith\.announce/;
  const attempts = async (login: string) => {
    const costs = [];
    for (let index = 0; index < 7; index += 1) costs.push(await costOf(() => signIn(parts, asking, { login, password: `wrong ${index}` })));
    return costs;
  };

  it('for a wrong password is the same whether anybody goes by the login or not, attempt by attempt, until it is locked and after', async () => {
    const known = await attempts((await aPerson(database)).username);
    const unknown = await attempts('nobody_by_this_name');
    expect(known.map(({ outcome }) => outcome)).toEqual([...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED', 'ACCOUNT_LOCKED']);
    expect(known.map((cost) => cost.hashes)).toEqual([1, 1, 1, 1, 1, 0, 0]);
    // The fifth failure tells a person that there is one, and nobody else: that much more is hidden by the even time of refusals.
    expect(known[4]?.sent.filter((text) => aboutAlerts.test(text))).toHaveLength(3);
    expect(known.map((cost) => ({ ...cost, sent: cost.sent.filter((text) => !aboutAlerts.test(text)) }))).toEqual(unknown);
  });

  it('for a mail to choose a new password with is the same whether anybody goes by the address or not, and past the limit', async () => {
    const requests = async (email: string) => {
      const costs = [];
      for (let index = 0; index < 4; index += 1) costs.push(await costOf(() => requestPasswordReset(parts, asking, { email })));
      return costs;
    };
    const known = await requests((await aPerson(database)).email);
    expect(await requests('nobody@kith.test')).toEqual(known);
    expect(known.map(({ sent }) => sent.length)).toEqual([3, 3, 3, 2]);
  });

  it('is seen to differ where it does: a sign-in that succeeds costs more', async () => {
    const person = await aPerson(database);
    const wrong = await costOf(() => signIn(parts, asking, { login: person.username, password: 'wrong' }));
    const right = await costOf(() => signIn(parts, asking, { login: person.username, password: 'Test-graph-2026!' }));
    expect(right.outcome).toBe('done');
    expect(right.sent.length).toBeGreaterThan(wrong.sent.length);
  });
});

describe('the time taken', () => {
  const pairs = 30;
  let taken = 0;
  const nextPeople = (): TestPerson[] => people.slice(taken, (taken += pairs));

  const time = async (act: () => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    await act();
    return performance.now() - startedAt;
  };

  /** How likely one of the first is larger than one of the second: 0.5 when they cannot be told apart, 0 or 1 when they can (Mann and Whitney). */
  const larger = (first: readonly number[], second: readonly number[]): number =>
    first.flatMap((one) => second.map((other) => (one > other ? 1 : one === other ? 0.5 : 0))).reduce<number>((sum, point) => sum + point, 0) / (first.length * second.length);

  /** Wrong passwords for people and for nobody, by turns, so that whatever else the machine does is done to both. */
  async function measure(graph: TestGraph): Promise<number> {
    const known: number[] = [];
    const unknown: number[] = [];
    for (const [index, { username }] of nextPeople().entries()) {
      const knownTurn = async (): Promise<void> => void known.push(await time(() => trySignIn(graph, username, 'wrong password')));
      const unknownTurn = async (): Promise<void> => void unknown.push(await time(() => trySignIn(graph, `nobody_${index}_${username}`, 'wrong password')));
      for (const turn of index % 2 === 0 ? [knownTurn, unknownTurn] : [unknownTurn, knownTurn]) await turn();
    }
    return larger(known, unknown);
  }

  // With 30 pairs of equal times the figure strays from 0.5 by 0.075 (one standard deviation): these bounds leave room for more than four of them.
  const apart = 0.35;

  it('for a wrong password does not tell whether anybody goes by the login', async () => {
    const graph = await startGraph(database.url);
    await trySignIn(graph, 'nobody_to_warm_up', 'wrong password');
    const figure = await measure(graph);
    await graph.stop();
    expect(Math.abs(figure - 0.5)).toBeLessThan(apart);
  });

  const slowHash = (iterations: number): string => `pbkdf2_sha256$${iterations}$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=`;
  const importSlowHashes = (iterations: number) => database.owner`update sessions.credentials set password_hash = ${slowHash(iterations)} where user_id = any (${people.slice(taken, taken + pairs).map(({ id }) => id)})`;

  it('does not tell even where the hash was imported and takes longer, as long as that is within a step of the even time', async () => {
    const graph = await startGraph(database.url, { environment: { SIGN_IN_REFUSAL_MS: '300' } });
    await importSlowHashes(300_000);
    const figure = await measure(graph);
    await graph.stop();
    expect(Math.abs(figure - 0.5)).toBeLessThan(apart);
  }, 120_000);

  it('would tell without the even time: the test above can fail', async () => {
    const graph = await startGraph(database.url, { environment: { SIGN_IN_REFUSAL_MS: '1' } });
    await importSlowHashes(1_200_000);
    const figure = await measure(graph);
    await graph.stop();
    expect(figure).toBeGreaterThan(0.5 + apart);
  });
});
