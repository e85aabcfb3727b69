import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Log } from './log.ts';

/** A connection to Redis. Every command fails, rather than waits, when Redis is away or hangs. */
export type RedisConnection = Redis;

/** How long a connection and a command may take. Redis answers in well under a millisecond; past this it is as good as gone. */
const connectTimeoutMs = 1_000;
const commandTimeoutMs = 250;
/** How long it takes at the most until a Redis that came back is noticed. */
const reconnectMsMax = 2_000;

/**
 * Connects to Redis in the background and again whenever the connection is lost. ioredis would have commands wait for ever
 * while Redis is away: here nothing is queued, and every command has a deadline. Going and coming back are logged once each.
 */
export function connectRedis(url: string, log: Log): RedisConnection {
  const redis = new Redis(url, {
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, reconnectMsMax),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.error({ err: error }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  return redis;
}

/** Waits until the first attempt to connect has come to something, good or bad: a process does not fail to start for want of Redis. */
export async function triedRedis(redis: RedisConnection): Promise<void> {
  if (redis.status === 'ready') return;
  await Promise.race([once(redis, 'ready'), once(redis, 'close')]).catch(() => {}); // `once` throws what comes as `error`, which is logged above
}

/** Closes a connection without waiting for what Redis may never answer. */
export function closeRedis(redis: RedisConnection): Promise<void> {
  redis.disconnect();
  return Promise.resolve();
}
