import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { passwordHashing } from './services/passwordHashing.ts';
import type { SigningInParts } from './services/signingIn.ts';
import { signingKeys } from './services/signingKeys.ts';

/** The settings that signing in needs. */
export const signingInSettings = ['ENCRYPTION_KEYS', 'PASSWORD_PEPPER'] as const;

/** Puts together what signing in works with, by the configuration. */
export async function signingInParts(config: Config<(typeof signingInSettings)[number]>, database: Database, clock: Clock): Promise<SigningInParts> {
  return {
    database,
    passwords: await passwordHashing({ memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, pepper: config.PASSWORD_PEPPER }),
    keys: signingKeys(database, config.ENCRYPTION_KEYS, clock),
    parties: { issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE },
    accessTokenTtlSeconds: config.ACCESS_TOKEN_TTL_SECONDS,
    sessionTtlSeconds: config.SESSION_TTL_SECONDS,
    clock,
  };
}
