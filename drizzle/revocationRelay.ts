import type { Log } from '@kith/kernel/log.ts';
import { closeRedis, connectRedis } from '@kith/kernel/redis.ts';
import { redisRevocationsChannel } from '@kith/kernel/redisRevocations.ts';
import postgres from 'postgres';
import { revocationsChannel } from './revocationFeed.ts';

/**
 * Passes on to Redis what PostgreSQL tells of revocations at their commit, whoever made them. A second way to the gateways, for when they
 * cannot listen to PostgreSQL: it may lose a message, which the gateways then find in the database.
 */
export function relayRevocations(options: { url: string; redisUrl: string; log: Log }): { stop(): Promise<void> } {
  const redis = connectRedis(options.redisUrl, options.log);
  const client = postgres(options.url, {
    max: 1,
    connect_timeout: 2,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    backoff: () => 0.25,
    onnotice: () => {},
    connection: { application_name: 'kith-revocation-relay' },
  });
  const pass = (message: string): void => {
    redis.publish(redisRevocationsChannel, message).catch(() => {}); // lost with Redis, not with PostgreSQL
  };
  client.listen(revocationsChannel, pass).catch(() => {}); // it tries again by itself
  return {
    async stop() {
      await closeRedis(redis);
      await client.end({ timeout: 1 });
    },
  };
}
