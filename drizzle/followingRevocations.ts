import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { Log } from '@kith/kernel/log.ts';
import { hearRevocations } from '@kith/kernel/redisRevocations.ts';
import type { FollowedRevocations } from '@kith/kernel/revocations.ts';
import { Revocations, revocationsKeptMs } from '@kith/kernel/revocations.ts';
import type { Shutdown } from '@kith/kernel/shutdown.ts';
import { RevocationFeed } from './revocationFeed.ts';

/**
 * Follows revocations through PostgreSQL, and through Redis as well when there is one. When PostgreSQL cannot be reached, tokens are
 * believed for a while on the strength of what is known, and then no more: see docs/decisions/0009-revocation-feed.md.
 */
export async function followRevocations(options: { config: Config; url: string; clock: Clock; log: Log; shutdown: Shutdown }): Promise<FollowedRevocations> {
  const { config, url, clock, log, shutdown } = options;
  const keptMs = revocationsKeptMs(config.ACCESS_TOKEN_TTL_SECONDS);
  const revocations = new Revocations({ clock, keptMs });
  const feed = new RevocationFeed({ url, revocations, keptMs, believedMs: config.REVOCATIONS_BELIEVED_MS, clock, log });
  shutdown.add('the feed of revocations', () => feed.stop());
  await feed.start();
  if (config.REDIS_URL !== undefined) {
    const hearing = hearRevocations({ redisUrl: config.REDIS_URL, revocations, log });
    shutdown.add('the revocations through Redis', () => hearing.stop());
  }
  return {
    requireUnrevoked({ viewer, issuedAt }) {
      if (revocations.includes({ ...viewer, issuedAt })) throw new RequestError('UNAUTHENTICATED', 'The access token was revoked. Sign in again.');
      if (feed.isLost()) throw new RequestError('INTERNAL', 'Whether this access token was revoked cannot be found out at the moment.');
    },
    requireUp: () => feed.requireUp(),
  };
}
