import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';

const binary = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'redis-server')).find(isExecutable);

/** Whether the tests with Redis run here. Where skipping is forbidden they run, and fail for want of it. */
export const hasRedis = binary !== undefined || process.env['KITH_TESTS_NO_SKIP'] === '1';
if (!hasRedis) console.warn('Skipping the tests with Redis: there is no redis-server (apt-get install redis-server).');

/** A real Redis in a process of its own. */
export interface RedisServer {
  readonly url: string;
  /** Ends it from one moment to the next. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** Has it take what it is sent and answer nothing. */
  hang(): void;
  goOn(): void;
  /** Makes it forget everything. */
  flush(): Promise<void>;
}

/** Starts Redis on a free port, keeping nothing. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server = await start(port, url);
  return {
    url,
    kill: () => end(server),
    restart: async () => {
      server = await start(port, url);
    },
    hang: () => void server.kill('SIGSTOP'),
    goOn: () => void server.kill('SIGCONT'),
    flush: () => asked(url, async (redis) => void (await redis.flushall())),
  };
}

async function start(port: number, url: string): Promise<ChildProcess> {
  if (binary === undefined) throw new Error('there is no redis-server: apt-get install redis-server');
  const server = spawn(binary, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
  await asked(url, (redis) => redis.ping());
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}

/** Asks with a client of its own, as soon as there is somebody to answer. */
async function asked<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: (attempt) => (attempt > 100 ? null : 20) });
  redis.on('error', () => {}); // until it listens
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo; // listening on a port, not on a pipe
  probe.close();
  await once(probe, 'close');
  return port;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
