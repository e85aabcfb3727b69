import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import type { RateLimit } from '@kith/gateway/rates/rateLimit.ts';
import { rateLimit } from '@kith/gateway/rates/rateLimit.ts';
import { sharedLogs } from '@kith/gateway/rates/sharedLogs.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { makeLog } from '@kith/kernel/log.ts';
import type { RedisConnection } from '@kith/kernel/redis.ts';
import { closeRedis, connectRedis } from '@kith/kernel/redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { RedisServer } from './redisServer.ts';
import { hasRedis, startRedis } from './redisServer.ts';

const log = makeLog({ name: 'kith-tests', level: 'silent', format: 'json' });
const connections: RedisConnection[] = [];

/** A limit as a process of its own has it. */
async function processWith(url: string | null, allowance = { max: 10, windowMs: 60_000 }, name = 'test'): Promise<RateLimit> {
  if (url === null) return rateLimit(name, allowance, { shared: null, clock: systemClock });
  const redis = connectRedis(url, log);
  connections.push(redis);
  await eventually(() => redis.status, (status) => status === 'ready');
  return rateLimit(name, allowance, { shared: sharedLogs(redis, log), clock: systemClock });
}
async function passes(limit: RateLimit, times: number, key = 'somebody'): Promise<number> {
  const waits = await Promise.all(Array.from({ length: times }, () => limit.take(key, 1)));
  return waits.filter((waitMs) => waitMs === 0).length;
}

afterEach(async () => {
  for (const redis of connections.splice(0)) await closeRedis(redis);
});

describe.skipIf(!hasRedis)('limits that processes share through Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(() => server.flush());
  afterAll(() => server.kill());

  it('hold for all of them together, however many ask at once', async () => {
    const [one, other] = [await processWith(server.url), await processWith(server.url)];
    const passed = await Promise.all([passes(one, 50), passes(other, 50)]);
    expect(passed[0] + passed[1]).toBe(10);
  });

  it('hold with another number where one is given, for all of them together, and what was counted under one counts under another', async () => {
    const [one, other] = [await processWith(server.url), await processWith(server.url)];
    const take = async (limit: RateLimit, max: number): Promise<number> => {
      const waits = await Promise.all(Array.from({ length: 50 }, () => limit.take('somebody', 1, max)));
      return waits.filter((waitMs) => waitMs === 0).length;
    };
    const few = await Promise.all([take(one, 4), take(other, 4)]);
    expect(few[0] + few[1]).toBe(4);
    const more = await Promise.all([take(one, 25), take(other, 25)]);
    expect(more[0] + more[1]).toBe(21);
    expect(await one.take('somebody', 1, 3)).toBeGreaterThan(0);
  });

  it('hold for each alone where nothing is shared: that is what the test above looks for', async () => {
    const passed = await Promise.all([passes(await processWith(null), 50), passes(await processWith(null), 50)]);
    expect(passed[0] + passed[1]).toBe(20);
  });

  it('slide, and say how long to wait', async () => {
    const allowance = { max: 3, windowMs: 1_000 };
    const [one, other] = [await processWith(server.url, allowance), await processWith(server.url, allowance)];
    const startedAt = performance.now();
    expect(await passes(one, 3)).toBe(3);
    const waitMs = await other.take('somebody', 1);
    expect(waitMs).toBeGreaterThan(500);
    expect(waitMs).toBeLessThanOrEqual(1_000);
    expect(await other.take('somebody', 4)).toBe(1_000);
    await eventually(() => other.take('somebody', 1), (wait) => wait === 0);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  it('hold when Redis is killed in the middle: nobody starts from nothing', async () => {
    const limit = await processWith(server.url);
    expect(await passes(limit, 10)).toBe(10);
    await server.kill();
    expect(await passes(limit, 50)).toBe(0);
    // For somebody new each process counts for itself, and stops at the number all the same.
    expect(await passes(limit, 50, 'somebody else')).toBe(10);
    await server.restart();
    const [one, other] = [limit, await processWith(server.url)];
    await eventually(async () => (await passes(one, 1, `probe ${Math.random()}`)) + connections.filter(({ status }) => status === 'ready').length, (sum) => sum === 3);
    expect(await passes(one, 50)).toBe(0);
    await eventually(async () => {
      const key = `shared again ${Math.random()}`;
      return (await passes(one, 20, key)) + (await passes(other, 20, key));
    }, (sum) => sum === 10);
  });

  it('hold when Redis hangs, and cost its deadline once and not every time', async () => {
    const limit = await processWith(server.url);
    expect(await passes(limit, 10)).toBe(10);
    server.hang();
    try {
      const startedAt = performance.now();
      expect(await passes(limit, 5, 'somebody else')).toBe(5);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      const restedAt = performance.now();
      for (let time = 0; time < 20; time += 1) expect(await limit.take('somebody', 1)).toBeGreaterThan(0);
      expect(await passes(limit, 50, 'somebody else')).toBe(5);
      expect(performance.now() - restedAt).toBeLessThan(200);
    } finally {
      server.goOn();
    }
  });

  it('hold when Redis forgets: a process knows what it has let pass itself', async () => {
    const limit = await processWith(server.url);
    expect(await passes(limit, 10)).toBe(10);
    await server.flush();
    expect(await passes(limit, 50)).toBe(0);
  });

  it('leave neither a login nor an address in Redis, and nothing for longer than it counts', async () => {
    const limit = await processWith(server.url);
    await limit.take('login ada@kith.example from network 192.0.2.1', 2);
    const [redis] = connections;
    const keys = (await redis?.keys('*')) ?? [];
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^kith:rate:test:[\w-]{43}$/);
    expect(await redis?.pttl(keys[0] ?? '')).toBeGreaterThan(59_000);
    expect(await redis?.pttl(keys[0] ?? '')).toBeLessThanOrEqual(60_000);
  });
});

/** What a client asks before it takes a server for ready, and the answers that have it do so. */
const greetings: Record<string, string> = { hello: '%1\r\n$5\r\nproto\r\n:3\r\n', client: '+OK\r\n', info: '$19\r\nredis_version:7.0.0\r\n' };
const nameOf = (command: string): string => command.split('\r\n')[2]?.toLowerCase() ?? '';

describe('limits with something else in the place of Redis', () => {
  let rubbish: Server;
  let reply = '';
  let url = '';
  beforeAll(async () => {
    rubbish = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        for (const command of data.toString().split(/(?=^\*\d+\r$)/m)) socket.write(greetings[nameOf(command)] ?? reply);
      });
    });
    await new Promise<void>((resolve) => {
      rubbish.listen(0, '127.0.0.1', resolve);
    });
    url = `redis://127.0.0.1:${(rubbish.address() as AddressInfo).port}`; // listening on a port, not on a pipe
  });
  afterAll(() => void rubbish.close());

  it.each([
    ['nothing', '$-1\r\n'],
    ['a word', '+OK\r\n'],
    ['words where numbers belong', '*2\r\n$3\r\nyes\r\n$3\r\nyes\r\n'],
    ['an error', '-ERR what?\r\n'],
    ['no protocol at all', '<html>\r\n'],
    ['a wait without an end', '*2\r\n:11\r\n$3\r\nnan\r\n'],
  ])('hold when it answers %s', async (_, words) => {
    reply = words;
    const limit = await processWith(url);
    expect(await passes(limit, 50)).toBe(10);
  });
});
