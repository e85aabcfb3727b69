import type { Log } from './log.ts';
import { closeRedis, connectRedis } from './redis.ts';
import type { Revocations } from './revocations.ts';
import { readRevocation } from './revocations.ts';

/** The Redis channel revocations come through; Redis keeps nothing of it. */
export const redisRevocationsChannel = 'kith:revocations';

/** Takes note of the revocations that come through Redis. */
export function hearRevocations(options: { redisUrl: string; revocations: Revocations; log: Log }): { stop(): Promise<void> } {
  const { revocations, log } = options;
  const redis = connectRedis(options.redisUrl, log);
  redis.on('ready', () => {
    redis.subscribe(redisRevocationsChannel).catch((error: unknown) => log.error({ err: error }, 'revocations cannot be heard through Redis'));
  });
  redis.on('message', (_: string, message: string) => {
    const heard = readRevocation(message);
    if (heard !== null) revocations.add(heard);
  });
  return { stop: () => closeRedis(redis) };
}
