import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runMigrations as runJobMigrations } from 'graphile-worker';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { z } from 'zod';
import type { DatabaseRole } from './roles.ts';
import { databaseRoles, roleName } from './roles.ts';

/** Where the migrations stand. */
export const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

// Held while migrating: a second migrator waits instead of colliding. Any number will do, if it is always the same.
const migrationLock = 714_011_103;

/** How many months of partitions are kept ready for the logs. */
const monthsAhead = 12;

/** A migration that ran on a database is not what it was: what the database holds cannot be known any more. */
export class MigrationEdited extends Error {
  constructor(name: string) {
    super(`Migration ${name} was edited after it ran on this database. Migrations only go forward: undo the edit and write a new one.`);
    this.name = 'MigrationEdited';
  }
}

const triesMax = 20;

const journal = z.object({ entries: z.array(z.object({ tag: z.string() })) });

/** The names of all migrations, in their order. */
export function migrationNames(): string[] {
  return journal.parse(JSON.parse(readFileSync(`${migrationsFolder}/meta/_journal.json`, 'utf8'))).entries.map(({ tag }) => tag);
}

/**
 * Brings a database up to date: the migrations it lacks in one transaction, the months ahead of its logs, and the
 * passwords of its roles. Safe to run at any time and by several processes at once.
 * Refuses when a migration was edited after it ran. Answers the names of the migrations it ran.
 */
export async function migrate(ownerUrl: string, passwordOf: (role: DatabaseRole) => string): Promise<string[]> {
  const client = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    const applied = await appliedHashes(client);
    const names = migrationNames();
    readMigrationFiles({ migrationsFolder }).slice(0, applied.length).forEach(({ hash }, index) => {
      if (hash !== applied[index]) throw new MigrationEdited(names[index] ?? String(index));
    });
    await runJobMigrations({ connectionString: ownerUrl });
    await againOnCollision(() => runMigrations(drizzle(client), { migrationsFolder, migrationsSchema: 'kith_migrations', migrationsTable: 'applied' }));
    await client`select kith.make_months_ahead(${monthsAhead}), kith.open_jobs()`;
    await forbidTemporaryTables(client);
    for (const role of databaseRoles) await againOnCollision(() => setPassword(client, role, passwordOf(role)));
    return names.slice(applied.length);
  } finally {
    await client.end();
  }
}

async function appliedHashes(client: postgres.Sql): Promise<string[]> {
  const [table] = await client<{ there: boolean }[]>`select to_regclass('kith_migrations.applied') is not null as there`;
  if (table?.there !== true) return [];
  const rows = await client<{ hash: string }[]>`select hash from kith_migrations.applied order by created_at`;
  return rows.map(({ hash }) => hash);
}

/**
 * Runs a transaction again when it met another one at a role. Roles belong to the whole server, advisory locks to one database:
 * when two databases are migrated at once, PostgreSQL answers the later one `tuple concurrently updated` (XX000) instead of letting it wait.
 */
async function againOnCollision(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error; // Drizzle wraps what PostgreSQL answers
      if (tries === triesMax || !(cause instanceof postgres.PostgresError) || cause.message !== 'tuple concurrently updated') throw error;
    }
  }
}

/** Nobody but the owner makes temporary tables: one of them could carry a trigger that runs a function of the keeper's. */
async function forbidTemporaryTables(client: postgres.Sql): Promise<void> {
  const [command] = await client<{ text: string }[]>`select format('revoke temporary on database %I from public', current_database()) as text`;
  if (command !== undefined) await client.unsafe(command.text);
}

async function setPassword(client: postgres.Sql, role: DatabaseRole, password: string): Promise<void> {
  // A utility statement takes no parameters: the server itself quotes the values into it.
  const [command] = await client<{ text: string }[]>`select format('alter role %I login password %L', ${roleName(role)}::text, ${password}::text) as text`;
  if (command !== undefined) await client.unsafe(command.text);
}
