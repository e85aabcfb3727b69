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
  let loaded: { at: number; keys: Promise<{ set: JSONWebKeySet; find: JWTVerifyGetKey }> } | undefined;
  const keys = (olderThanMs = rememberedMs) => {
    const now = clock.now().getTime();
    if (loaded === undefined || now - loaded.at > olderThanMs) {
      // The finder is remembered with its set: made anew for each token it would read the keys anew as well.
      const fresh = { at: now, keys: load().then((set) => ({ set, find: createLocalJWKSet(set) })) };
      fresh.keys.catch(() => {
        if (loaded === fresh) loaded = undefined;
      });
      loaded = fresh;
    }
    return loaded.keys;
  };
  return {
    published: async () => (await keys()).set,
    find: async (header, token) => {
      try {
        return await (await keys()).find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return (await keys(cooldownMs)).find(header, token);
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
