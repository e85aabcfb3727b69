import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import type { PasswordHashing } from '@kith/kernel/passwordHashing.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { smtpServer } from '@kith/mail/mailServer.ts';
import type { Mailing } from './services/sendingMail.ts';

/** What the services of the users subgraph work with. */
export interface UsersParts {
  readonly database: Database;
  readonly passwords: PasswordHashing;
  /** Keyed hashes of short codes: a stolen table of 6 digits could be guessed through in a moment otherwise. */
  readonly pepper: string;
  /** For phone numbers and the tokens of devices. */
  readonly encryptionKeys: EncryptionKeys;
  readonly mailing: Mailing;
  /** What the audit log is chained with, and what is attested of erased accounts signed. */
  readonly records: RecordKeys;
  /** Where people reach the product, for links in mails: never taken from a request. */
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** The settings those services need. */
export const usersSettings = ['PASSWORD_PEPPER', 'ENCRYPTION_KEYS', 'RECORD_KEY'] as const;

/** Puts together what the services work with, by the configuration. */
export async function usersParts(config: Config<(typeof usersSettings)[number]>, database: Database, clock: Clock): Promise<UsersParts> {
  const pepper = config.PASSWORD_PEPPER;
  const passwords = await passwordHashing({ memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, pepper });
  return {
    database,
    passwords,
    pepper,
    encryptionKeys: config.ENCRYPTION_KEYS,
    mailing: await mailingOf(config),
    records: recordKeys(config.RECORD_KEY),
    publicUrl: config.PUBLIC_URL ?? `http://localhost:${config.PORT}`,
    clock,
  };
}

async function mailingOf({ SMTP_URL: url, MAIL_FROM: from, MAILS_PER_HOUR: perHourMax }: Config): Promise<Mailing> {
  return { server: url === undefined ? null : await smtpServer(url, from), perHourMax };
}
