import { availableParallelism } from 'node:os';
import type { Database } from '@kith/drizzle/database.ts';
import type { TokenParties } from '@kith/kernel/accessToken.ts';
import type { BoundedQueue } from '@kith/kernel/boundedQueue.ts';
import { boundedQueue } from '@kith/kernel/boundedQueue.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import type { PasswordHashing } from '@kith/kernel/passwordHashing.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import type { LockoutSubjects } from './domain/lockout.ts';
import { lockoutSubjects } from './domain/lockout.ts';
import type { SigningKeys } from './services/signingKeys.ts';
import { signingKeys } from './services/signingKeys.ts';

/** What the services of the sessions subgraph work with. */
export interface SessionsParts {
  readonly database: Database;
  readonly passwords: PasswordHashing;
  /** Lets so many sign-ins at a time at the database and the hashing: a rush of them waits here, and not where everybody else does. */
  readonly signIns: BoundedQueue;
  readonly keys: SigningKeys;
  readonly encryptionKeys: EncryptionKeys;
  readonly lockouts: LockoutSubjects;
  /** A sign-in is refused at whole multiples of this only, so that the reason does not show by the time it took. */
  readonly refusalStepMs: number;
  /** Keyed hashes of short codes: a stolen table of them could be guessed through otherwise. */
  readonly pepper: string;
  readonly parties: TokenParties;
  readonly accessTokenTtlSeconds: number;
  readonly sessionTtlSeconds: number;
  /** Where people reach the product, for links in mails: never taken from a request. */
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** The settings those services need. */
export const sessionsSettings = ['ENCRYPTION_KEYS', 'PASSWORD_PEPPER'] as const;

/** Puts together what the services work with, by the configuration. */
export async function sessionsParts(config: Config<(typeof sessionsSettings)[number]>, database: Database, clock: Clock): Promise<SessionsParts> {
  const pepper = config.PASSWORD_PEPPER;
  return {
    database,
    passwords: await passwordHashing({ memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, pepper }),
    signIns: boundedQueue({
      concurrency: 2 * availableParallelism(), // while some are hashed, as many are looked up or written
      waitingMax: 500,
      waitMsMax: 3_000, // the gateway gives a subgraph 5 seconds for all there is to do
      refuse: () => new RequestError('RATE_LIMITED', 'Too many people are signing in at this moment. Try again in a few seconds.'),
    }),
    keys: signingKeys({ database, encryptionKeys: config.ENCRYPTION_KEYS, accessTokenTtlSeconds: config.ACCESS_TOKEN_TTL_SECONDS, clock }),
    encryptionKeys: config.ENCRYPTION_KEYS,
    lockouts: lockoutSubjects(pepper),
    refusalStepMs: config.SIGN_IN_REFUSAL_MS,
    pepper,
    parties: { issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE },
    accessTokenTtlSeconds: config.ACCESS_TOKEN_TTL_SECONDS,
    sessionTtlSeconds: config.SESSION_TTL_SECONDS,
    publicUrl: config.PUBLIC_URL ?? `http://localhost:${config.PORT}`,
    clock,
  };
}
