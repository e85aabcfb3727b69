import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { RedisServer } from './redisServer.ts';
import { hasRedis, startRedis } from './redisServer.ts';

/** The numbers a graph has that nobody configured. */
const usualNumbers = { RATE_API_PER_MINUTE: '', RATE_WRITES_PER_MINUTE: '', RATE_SIGN_INS_PER_5_MINUTES: '', RATE_REGISTRATIONS_PER_HOUR: '' };

const signIn = 'mutation ($login: String!) { sessionSignIn(input: { login: $login, password: "wrong" }) { errors { code } } }';
const anyWrite = 'mutation { userEmailVerify(input: { email: "nobody@kith.example", code: "000000" }) { errors { code } } }';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const limited = (answer: Answer) => answer.errors[0]?.extensions.code === 'RATE_LIMITED';

describe('a graph with the usual limits', () => {
  let graph: TestGraph;
  let ada: string;
  beforeAll(async () => {
    // As behind a proxy that is believed, so that each test can come from a network of its own.
    graph = await startGraph(database.url, { environment: { ...usualNumbers, TRUSTED_PROXIES: '127.0.0.1' } });
    ada = await graph.signIn('ada@kith.test');
  });
  afterAll(() => graph.stop());

  let networks = 0;
  let address = '';
  beforeEach(() => {
    networks += 1;
    address = `192.0.2.${networks}`;
  });
  const from = (network: string) => ({ headers: { 'x-forwarded-for': network } });

  it('answers the 101st request of a minute 429, with the time to wait in a header and in the error', async () => {
    for (let time = 0; time < 100; time += 1) expect((await graph.ask('{ __typename }', {}, from(address))).status).toBe(200);
    const { status, headers, data, errors } = await graph.ask('{ __typename }', {}, from(address));
    expect({ status, data }).toEqual({ status: 429, data: undefined });
    expect(headers.get('retry-after')).toBe('60');
    expect(errors).toEqual([{ message: 'You are asking too often. Try again in 60 seconds.', extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 60 } }]);
    graph.clock.advanceSeconds(60);
    expect((await graph.ask('{ __typename }', {}, from(address))).status).toBe(200);
  });

  it('counts what cannot be parsed and what is refused like everything else', async () => {
    for (let time = 0; time < 100; time += 1) await graph.ask(time % 2 === 0 ? '{ no such thing' : '{ noSuchField }', {}, from(address));
    expect((await graph.ask('{ __typename }', {}, from(address))).status).toBe(429);
  });

  it('counts a person by who they are, not by the token they show nor by where they are', async () => {
    const tokens = [ada, await graph.signIn('ada@kith.test')];
    const answers: Answer[] = [];
    for (let time = 0; time < 101; time += 1) answers.push(await graph.ask('{ __typename }', {}, { token: tokens[time % 2], ...from(`198.51.100.${time}`) }));
    expect(answers.filter(limited)).toHaveLength(1);
    const grace = await graph.signIn('grace@kith.test');
    expect((await graph.ask('{ __typename }', {}, { token: grace })).status).toBe(200);
    graph.clock.advanceSeconds(60);
  });

  it('calls no subgraph for a mutation it refuses', async () => {
    for (let time = 0; time < 10; time += 1) expect(limited(await graph.ask(anyWrite, {}, from(address)))).toBe(false);
    graph.fetches = 0;
    graph.statements.reset();
    const { status, headers, errors } = await graph.ask(anyWrite, {}, from(address));
    expect({ status, code: errors[0]?.extensions.code, retryAfter: headers.get('retry-after') }).toEqual({ status: 429, code: 'RATE_LIMITED', retryAfter: '60' });
    expect({ fetches: graph.fetches, statements: graph.statements.sent }).toEqual({ fetches: 0, statements: [] });
  });

  it('counts each alias of a sign-in, and does none of an operation of which one is too many', async () => {
    const aliases = (count: number) => `mutation { ${Array.from({ length: count }, (_, index) => `a${index}: sessionSignIn(input: { login: "nobody${networks}-${index}", password: "wrong" }) { errors { code } }`).join(' ')} }`;
    expect(limited(await graph.ask(aliases(7), {}, from(address)))).toBe(false);
    graph.fetches = 0;
    const refused = await graph.ask(aliases(4), {}, from(address));
    expect({ status: refused.status, retryAfter: refused.headers.get('retry-after'), fetches: graph.fetches }).toEqual({ status: 429, retryAfter: '300', fetches: 0 });
    expect(limited(await graph.ask(aliases(3), {}, from(address)))).toBe(false);
    expect(limited(await graph.ask(aliases(1), {}, from(address)))).toBe(true);
  });

  it('does not believe a client that says it comes from elsewhere', async () => {
    const direct = await startGraph(database.url, { environment: { ...usualNumbers } });
    try {
      const answers: Answer[] = [];
      for (let time = 0; time < 11; time += 1) answers.push(await direct.ask(signIn, { login: `nobody${time}` }, from(`203.0.113.${time}`)));
      expect(answers.map(limited)).toEqual([...Array.from({ length: 10 }, () => false), true]);
    } finally {
      await direct.stop();
    }
  });

  it('reads go on where mutations are refused, and a person signs in where others cannot', async () => {
    for (let time = 0; time < 11; time += 1) await graph.ask(anyWrite, {}, from(address));
    expect((await graph.ask('{ __typename }', {}, from(address))).status).toBe(200);
    expect(limited(await graph.ask(signIn, { login: 'nobody' }, from(address)))).toBe(false);
  });
});

describe.skipIf(!hasRedis)('two graphs with one Redis', () => {
  let redis: RedisServer;
  let graphs: readonly [TestGraph, TestGraph];
  beforeAll(async () => {
    redis = await startRedis();
    const environment = { ...usualNumbers, TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: redis.url };
    graphs = [await startGraph(database.url, { environment }), await startGraph(database.url, { environment })];
  });
  afterAll(async () => {
    for (const graph of graphs) await graph.stop();
    await redis.kill();
  });

  it('share the attempts at a login, and keep refusing when Redis is killed', async () => {
    const attempt = (graph: TestGraph) => graph.ask(signIn, { login: 'shared@kith.example' }, { headers: { 'x-forwarded-for': '192.0.2.200' } });
    const answers = await Promise.all(Array.from({ length: 14 }, (_, index) => attempt(graphs[index % 2 === 0 ? 0 : 1])));
    expect(answers.filter((answer) => !limited(answer))).toHaveLength(10);
    await redis.kill();
    for (const [place, graph] of graphs.entries()) {
      const before = answers.filter((answer, index) => index % 2 === place && !limited(answer)).length;
      const more = await Promise.all(Array.from({ length: 15 }, () => attempt(graph)));
      // Each knows of those it has let pass itself, however the ten fell out, and lets no more pass than a graph on its own would.
      expect(before + more.filter((answer) => !limited(answer)).length).toBeLessThanOrEqual(10);
    }
  });
});
