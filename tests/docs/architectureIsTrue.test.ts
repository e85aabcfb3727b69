import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import type postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { docPage, quotedIn } from './pages.ts';

const page = docPage('docs/architecture.md').text;

/** The text below a heading, to the next one. */
function sectionOf(text: string, heading: string): string {
  return text.split(/^#+ /m).find((section) => section.startsWith(`${heading}\n`)) ?? '';
}

/** The first cells of a table, without their backticks. */
function firstCells(section: string): string[] {
  return [...section.matchAll(/^\| `([^`|]+)` \|/gm)].map(([, cell = '']) => cell);
}

const schemas = [...subgraphNames, 'kith'];

/** Every view, and every function with its owner's rights that is not a trigger's. */
async function portsIn(sql: postgres.Sql | postgres.TransactionSql): Promise<string[]> {
  const rows = await sql<{ port: string }[]>`
    select format('%s.%s', n.nspname, c.relname) as port from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('v', 'm') and n.nspname = any (${schemas})
    union
    select format('%s.%s', n.nspname, p.proname) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and p.prorettype <> 'trigger'::regtype and n.nspname = any (${schemas})
    order by 1`;
  return rows.map(({ port }) => port);
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase('migrated');
});
afterAll(() => database.drop());

it('lists every port of the database, and no other', async () => {
  expect(firstCells(sectionOf(page, 'Ports')).toSorted()).toEqual(await portsIn(database.owner));
});

it('lists every role of the database, and no other', async () => {
  const rows = await database.owner<{ name: string }[]>`select rolname as name from pg_roles where rolname like 'kith\\_%' order by 1`;
  const named = quotedIn(sectionOf(page, 'The database')).filter((quoted) => /^kith_\w+$/.test(quoted));
  expect([...new Set(named)].toSorted()).toEqual(rows.map(({ name }) => name));
});

it('lists every log that is cut by month, and no other', async () => {
  const rows = await database.owner<{ log: string }[]>`
    select format('%s.%s', n.nspname, c.relname) as log
    from kith.monthly_logs m join pg_class c on c.oid = m.log join pg_namespace n on n.oid = c.relnamespace order by 1`;
  const named = quotedIn(sectionOf(page, 'Partitions')).filter((quoted) => ['kith', ...subgraphNames].some((name) => quoted.startsWith(`${name}.`)));
  expect(named.toSorted()).toEqual(rows.map(({ log }) => log));
});

it('sees a port that is not listed', async () => {
  const takenBack = new Error('taken back');
  await database.owner
    .begin(async (tx) => {
      await tx.unsafe('create view users.planted as select 1 as one');
      expect(await portsIn(tx)).toContain('users.planted');
      throw takenBack;
    })
    .catch((error: unknown) => {
      if (error !== takenBack) throw error;
    });
  expect(firstCells(sectionOf(page, 'Ports'))).not.toContain('users.planted');
});
