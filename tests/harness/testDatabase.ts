import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { databaseUrl } from './databaseUrl.ts';
import { eventually } from './eventually.ts';

/** A database of a test file's own. */
export interface TestDatabase {
  /** Its owner's address. */
  readonly url: string;
  /** Its owner, a superuser who sees and may do everything. */
  readonly owner: postgres.Sql;
  drop(): Promise<void>;
}

/** Clones a template: `demo` holds the demo data, `migrated` nothing. Takes some 30 ms. */
export function testDatabase(template: 'demo' | 'migrated' = 'demo'): Promise<TestDatabase> {
  return databaseFrom(`template_${template}`);
}

/** Clones a database nobody is connected to any more. */
export async function databaseFrom(template: string): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = postgres(serverUrl, { max: 1, onnotice: () => {} });
  await server.unsafe(`create database ${name} template ${template}`);
  const url = databaseUrl(serverUrl, name);
  const owner = postgres(url, { max: 2, onnotice: () => {} });
  return {
    url,
    owner,
    async drop() {
      await owner.end({ timeout: 1 });
      // graphile-worker does not wait for its connections to be closed, and one that is cut off while it closes throws at nobody in particular.
      await eventually(() => server<{ left: number }[]>`select count(*)::int as left from pg_stat_activity where datname = ${name}`, ([row]) => row?.left === 0, 2_000).catch(() => {});
      await server.unsafe(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}
