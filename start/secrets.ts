import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const secretsFile = z.object({
  DATABASE_ROLE_SECRET: z.string(),
  CONTEXT_SECRET: z.string(),
  PASSWORD_PEPPER: z.string(),
  ENCRYPTION_KEYS: z.string(),
  RECORD_KEY: z.string(),
});

/** The secrets of an installation on a developer's machine. */
export type DevelopmentSecrets = z.infer<typeof secretsFile>;

/**
 * Reads the secrets kept beside the embedded database, or makes them the first time: readable by their owner only. One that came with a newer
 * version is made when it is missed.
 */
export function developmentSecrets(dataDirectory: string): DevelopmentSecrets {
  const path = join(dataDirectory, 'secrets.json');
  const kept = existsSync(path) ? z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8'))) : {};
  const made = newSecrets();
  const secrets = secretsFile.parse({ ...made, ...kept });
  if (Object.keys(made).every((name) => name in kept)) return secrets;
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function newSecrets(): DevelopmentSecrets {
  const random = (): string => randomBytes(36).toString('base64');
  return {
    DATABASE_ROLE_SECRET: random(),
    CONTEXT_SECRET: random(),
    PASSWORD_PEPPER: random(),
    ENCRYPTION_KEYS: `1:${randomBytes(32).toString('base64')}`,
    RECORD_KEY: random(),
  };
}
