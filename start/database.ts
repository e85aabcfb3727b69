import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { migrate } from '@kith/drizzle/migrate.ts';
import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import type { Config } from '@kith/kernel/config.ts';
import { demoPeople } from '@kith/kernel/demo.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { join } from 'node:path';
import postgres from 'postgres';

/** The database of an embedded server, and how to stop it. */
export interface EmbeddedDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const databaseName = 'kith';

/** Starts the embedded PostgreSQL of a data directory and answers its database, made anew when `fresh`. */
export async function embeddedDatabase(dataDirectory: string, fresh: boolean): Promise<EmbeddedDatabase> {
  const server = await startEmbeddedServer({ directory: join(dataDirectory, 'postgres'), durable: true });
  const client = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    if (fresh) await client.unsafe(`drop database if exists ${databaseName} with (force)`);
    const [known] = await client`select 1 from pg_database where datname = ${databaseName}`;
    if (known === undefined) await client.unsafe(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
  const url = new URL(server.url);
  url.pathname = `/${databaseName}`;
  return { url: url.href, stop: () => server.stop() };
}

/** Brings a database up to date. */
export async function migrateConfigured(config: Config<'DATABASE_URL'>): Promise<string[]> {
  return migrate(config.DATABASE_URL, (role) => decodeURIComponent(new URL(databaseUrlOf(config, role)).password));
}

/** Puts the demo data into a database unless it is there. */
export async function seedConfigured(config: Config<'DATABASE_URL' | 'PASSWORD_PEPPER' | 'RECORD_KEY'>, now: Date): Promise<boolean> {
  const hashing = await passwordHashing({ memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, pepper: config.PASSWORD_PEPPER });
  return seedDemo(config.DATABASE_URL, { now, hashPassword: (password) => hashing.hash(password), records: recordKeys(config.RECORD_KEY) });
}

/** Whether a database holds people, but not those of the demo: somebody's own data is never mixed with it. */
export async function holdsOthers(ownerUrl: string): Promise<boolean> {
  const client = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    return await client.begin(async (tx) => {
      await tx`set local role kith_keeper`;
      const [found] = await tx<{ somebody: boolean; demo: boolean }[]>`
        select exists (select from users.people) as somebody,
          exists (select from users.people where email_canonical = ${demoPeople[0].login}) as demo`;
      return found !== undefined && found.somebody && !found.demo;
    });
  } finally {
    await client.end();
  }
}
