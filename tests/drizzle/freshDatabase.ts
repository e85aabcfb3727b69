import { migrate } from '@kith/drizzle/migrate.ts';
import type { DatabaseRole } from '@kith/drizzle/roles.ts';
import { rolePassword, roleUrl } from '@kith/drizzle/roles.ts';
import postgres from 'postgres';
import { inject } from 'vitest';
import { roleSecret } from '../harness/settings.ts';

/** A database of its own on the tests' server, dropped when its test file is done. */
export interface FreshDatabase {
  readonly ownerUrl: string;
  /** The address one of Kith's roles connects with. */
  urlOf(role: DatabaseRole): string;
  drop(): Promise<void>;
}

/** The password of an owner that a test makes: the server's own superuser brings another. */
export const ownerPassword = 'only for tests';

// Roles belong to the server, and PostgreSQL lets only one transaction at a time change one: databases are made one after the other.
const makingLock = 714_011_199;
let made = 0;

/** Makes a database that is migrated, and empty but for that. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const database = await emptyDatabase();
  await onServer(async (sql) => {
    await sql`select pg_advisory_lock(${makingLock})`;
    await migrate(database.ownerUrl, passwordOf);
  });
  return database;
}

/** Makes a database that nobody has migrated, for `owner` when that is not the superuser. */
export async function emptyDatabase(owner = 'kith'): Promise<FreshDatabase> {
  made += 1;
  const name = `seed_test_${process.pid}_${made}`;
  await onServer((sql) => sql.unsafe(`create database ${name} owner ${owner}`));
  const url = new URL(inject('serverUrl'));
  url.pathname = name;
  if (owner !== url.username) Object.assign(url, { username: owner, password: ownerPassword });
  return {
    ownerUrl: url.href,
    urlOf: (role) => roleUrl(url.href, roleSecret, role),
    drop: () => onServer((sql) => sql.unsafe(`drop database ${name} with (force)`)).then(() => {}),
  };
}

/** The password of a role on the tests' server. */
export function passwordOf(role: DatabaseRole): string {
  return rolePassword(roleSecret, role);
}

/** Runs something as the server's superuser, outside the databases under test. */
export async function onServer<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(inject('serverUrl'), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
