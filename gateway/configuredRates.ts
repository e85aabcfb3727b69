import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { Log } from '@kith/kernel/log.ts';
import { closeRedis, connectRedis, triedRedis } from '@kith/kernel/redis.ts';
import type { Rates } from './rates/rates.ts';
import { rates } from './rates/rates.ts';
import { sharedLogs } from './rates/sharedLogs.ts';

/** Makes the limits by the configuration: shared with the other processes where there is Redis. */
export async function configuredRates(config: Config, clock: Clock, log: Log): Promise<{ rates: Rates; close: () => Promise<void> }> {
  const redis = config.REDIS_URL === undefined ? null : connectRedis(config.REDIS_URL, log);
  // Else the first requests would be counted by this process alone.
  if (redis !== null) await triedRedis(redis);
  const numbers = {
    apiPerMinute: config.RATE_API_PER_MINUTE,
    writesPerMinute: config.RATE_WRITES_PER_MINUTE,
    signInsPer5Minutes: config.RATE_SIGN_INS_PER_5_MINUTES,
    registrationsPerHour: config.RATE_REGISTRATIONS_PER_HOUR,
  };
  return {
    rates: rates(numbers, { shared: redis === null ? null : sharedLogs(redis, log), clock }),
    close: async () => {
      if (redis !== null) await closeRedis(redis);
    },
  };
}
