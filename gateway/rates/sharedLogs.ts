import type { Log } from '@kith/kernel/log.ts';
import type { RedisConnection } from '@kith/kernel/redis.ts';
import { LRUCache } from 'lru-cache';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Allowance } from './slidingLog.ts';

/** A sliding log that all processes share. */
export interface SharedLog {
  /** Notes so many more, all or none, where so many may be in all. Answers 0, or after how many milliseconds there is room; null when Redis cannot be asked. */
  take(key: string, count: number, max: number): Promise<number | null>;
}

/** The logs of a process that lie in Redis. */
export interface SharedLogs {
  /** The log of a limit by its name. */
  log(name: string, window: Pick<Allowance, 'windowMs'>): SharedLog;
}

/** Tenants choose numbers of their own: so many limiters are kept, the ones used last. */
const limitersMax = 1_000;

/** So long Redis is not asked again after it failed: one that hangs costs every request its deadline otherwise. */
const restMs = 1_000;

/**
 * A sliding log as a sorted set, in the place of the counter that rate-limiter-flexible keeps by itself: that one starts anew with the
 * first hit behind its end, and lets twice as many pass around it. The time is Redis's own, so processes need not agree on theirs.
 * Only what is let pass is noted. ARGV: how many, seconds to live, how many at the most, seconds of the window.
 */
const slidingScript = `
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
local window = ARGV[4] * 1000
local count = tonumber(ARGV[1])
local max = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
if used + count > max then
  local wait = window
  if count <= max then
    local place = used + count - max - 1
    wait = redis.call('ZRANGE', KEYS[1], place, place, 'WITHSCORES')[2] + window - now
  end
  return { max + 1, wait }
end
for index = 1, count do
  redis.call('ZADD', KEYS[1], now, string.format('%.0f.%d', micros, used + index))
end
redis.call('PEXPIRE', KEYS[1], window)
return { used + count, window }
`;

/** Makes the logs that lie in Redis. */
export function sharedLogs(redis: RedisConnection, log: Log): SharedLogs {
  let restsUntilMs = -Infinity;
  let failing = false;
  const failed = (error: unknown): null => {
    restsUntilMs = performance.now() + restMs;
    if (!failing) log.error({ err: error }, 'Redis does not answer: limits are counted by each process for itself');
    failing = true;
    return null;
  };
  const answered = (): void => {
    if (failing) log.info('limits are counted together again');
    failing = false;
  };
  return {
    log(name, { windowMs }) {
      const make = (max: number): RateLimiterRedis =>
        new RateLimiterRedis({
          storeClient: redis,
          keyPrefix: `kith:rate:${name}`,
          points: max,
          duration: windowMs / 1_000,
          customIncrTtlLuaScript: slidingScript,
          rejectIfRedisNotReady: true,
        });
      // The library ties the number to the limiter. They share the log that lies in Redis, so what was counted under one counts under another.
      const limiters = new LRUCache<number, RateLimiterRedis>({ max: limitersMax, memoMethod: make });
      return {
        async take(key, count, max) {
          if (performance.now() < restsUntilMs) return null;
          try {
            const { consumedPoints } = await limiters.memo(max).consume(key, count);
            if (!Number.isInteger(consumedPoints)) return failed(new Error('Redis answers something else than was asked for'));
            answered();
            return 0;
          } catch (error) {
            if (!(error instanceof RateLimiterRes) || !Number.isInteger(error.msBeforeNext)) return failed(error);
            answered();
            return Math.max(error.msBeforeNext, 1);
          }
        },
      };
    },
  };
}
