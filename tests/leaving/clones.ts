import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import type { UsersParts } from '@kith/users/usersParts.ts';
import { usersParts, usersSettings } from '@kith/users/usersParts.ts';
import postgres from 'postgres';
import { inject } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { testEnvironment } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { databaseFrom } from '../harness/testDatabase.ts';

/** Copies a database as it stands, once nobody is connected to it any more. Its own connections are closed for that. */
export async function cloneOf(source: TestDatabase): Promise<TestDatabase> {
  const template = new URL(source.url).pathname.slice(1);
  const server = postgres(inject('serverUrl'), { max: 1, onnotice: () => {} });
  await source.owner.end({ timeout: 1 });
  await eventually(() => server<{ left: number }[]>`select count(*)::int as left from pg_stat_activity where datname = ${template}`, ([row]) => row?.left === 0);
  await server.end();
  return databaseFrom(template);
}

/** Runs something with the insides of the users subgraph on a database. */
export async function withUsersOf<Result>({ url }: TestDatabase, clock: Clock, work: (parts: UsersParts) => Promise<Result>): Promise<Result> {
  const config = parseConfig(testEnvironment(url), usersSettings);
  const database = configuredDatabase(config, 'users');
  try {
    return await work(await usersParts(config, database, clock));
  } finally {
    await database.close();
  }
}

/** Every row of every table there is, as text, by table: the jobs as well. Run as someone policies do not bind. */
export async function dumpOf({ owner }: TestDatabase): Promise<Map<string, string>> {
  const tables = await owner<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p') and not c.relispartition
    order by 1`;
  const dump = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await owner.unsafe<{ text: string | null }[]>(`select string_agg(t::text, e'\\n') as text from ${name} t`);
    dump.set(name, row?.text ?? '');
  }
  return dump;
}
