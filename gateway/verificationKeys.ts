import type { Clock } from '@kith/kernel/clock.ts';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, createRemoteJWKSet, errors } from 'jose';

/** The public keys access tokens are checked with. */
export interface VerificationKeys {
  readonly find: JWTVerifyGetKey;
  /** The same keys for others to check with (RFC 7517). */
  published(): Promise<JSONWebKeySet>;
}

/** How long keys are used before they are asked for again, and how soon an unknown key may make us ask. */
const rememberedMs = 60_000;
const cooldownMs = 5_000;

/** Keys from the sessions subgraph in this process. An unknown key id asks again, but not more often than every few seconds. */
export function keysFrom(load: () => Promise<JSONWebKeySet>, clock: Clock): VerificationKeys {
  let loadedAt = -Infinity;
  let set: Promise<JSONWebKeySet> | undefined;
  const published = (olderThanMs = rememberedMs): Promise<JSONWebKeySet> => {
    const now = clock.now().getTime();
    if (set === undefined || now - loadedAt > olderThanMs) {
      loadedAt = now;
      set = load();
      set.catch(() => {
        set = undefined;
      });
    }
    return set;
  };
  return {
    published,
    find: async (header, token) => {
      try {
        return await createLocalJWKSet(await published())(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return createLocalJWKSet(await published(cooldownMs))(header, token);
      }
    },
  };
}

/** Keys from the sessions subgraph in another process. */
export function keysAt(sessionsUrl: string): VerificationKeys {
  const remote = createRemoteJWKSet(new URL('/.well-known/jwks.json', sessionsUrl), {
    timeoutDuration: 3_000,
    cooldownDuration: cooldownMs,
    cacheMaxAge: rememberedMs,
  });
  return {
    find: remote,
    published: async () => {
      if (!remote.fresh) await remote.reload();
      return remote.jwks() ?? { keys: [] };
    },
  };
}
