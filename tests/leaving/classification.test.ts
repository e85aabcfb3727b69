import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Catalogue } from '../drizzle/planted.ts';
import { foundIn } from '../drizzle/planted.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';

// A relation that names people and of which no row is anybody's must stand here, with the reason.
const nobodys: readonly string[] = [
  // The record of an erasure: numbers, under the id that leads nowhere from then on. It is made by erasing.
  'users.erasures',
];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase('migrated');
});
afterAll(() => database.drop());

/** Columns of the database that are not classified, and classified ones that are not there. */
async function unclassified(sql: Catalogue): Promise<string[]> {
  const rows = await sql<{ finding: string }[]>`
    with there as (
      select format('%s.%s', n.nspname, c.relname) as relation, a.attname::text as column_name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind in ('r', 'p') and not c.relispartition
        and (n.nspname in ('users', 'tenants', 'sessions', 'gamification', 'kith') or (n.nspname, c.relname) = ('graphile_worker', '_private_jobs'))
    )
    select 'nobody said what ' || t.relation || '.' || t.column_name || ' holds' as finding from there t
      where not exists (select from kith.classified_columns c where (c.relation, c.column_name) = (t.relation, t.column_name))
    union all
    select 'there is no ' || c.relation || '.' || c.column_name from kith.classified_columns c
      where not exists (select from there t where (c.relation, c.column_name) = (t.relation, t.column_name))
    order by 1`;
  return rows.map(({ finding }) => finding);
}

/** What would be left of somebody, or could not be written over. */
async function leftBehind(sql: Catalogue): Promise<string[]> {
  const rows = await sql<{ finding: string }[]>`
    with held as (
      select s.step, s.relation, s.fate, c.column_name, c.class, c.neutral
      from kith.personal_rows s
      join kith.classified_columns c on c.relation = s.relation and (c.steps is null or s.step = any (c.steps))
      where c.class in ('PERSONAL', 'COPY', 'SECRET')
    )
    select format('%s stays in rows of the step "%s"', h.relation || '.' || h.column_name, h.step) as finding from held h where h.fate = 'KEPT' or (h.fate = 'ANONYMISED' and h.neutral is null)
    union all
    select distinct format('no step takes %s', c.relation) from kith.classified_columns c
      where c.class not in ('FACT', 'SYSTEM') and c.relation <> all (${[...nobodys]}) and not exists (select from kith.personal_rows s where s.relation = c.relation)
    union all
    select format('there is no step "%s" that %s could belong to', named.step, c.relation || '.' || c.column_name)
      from kith.classified_columns c cross join unnest(c.steps) named (step)
      where not exists (select from kith.personal_rows s where s.step = named.step and s.relation = c.relation)
    order by 1`;
  return rows.map(({ finding }) => finding);
}

describe('every column of the database', () => {
  it('is classified', async () => {
    expect(await unclassified(database.owner)).toEqual([]);
  });

  test.each([
    ['a new column', 'alter table users.profiles add column shoe_size int', 'nobody said what users.profiles.shoe_size holds'],
    ['a new table', 'create table tenants.guests (name text)', 'nobody said what tenants.guests.name holds'],
    ['a column that is gone', 'alter table users.profiles drop column tiktok', 'there is no users.profiles.tiktok'],
    ['a column of the jobs', 'alter table graphile_worker._private_jobs add column note text', 'nobody said what graphile_worker._private_jobs.note holds'],
  ])('would be found without it: %s', async (_, fault, finding) => {
    expect(await foundIn(database.owner, fault, unclassified)).toContain(finding);
  });
});

describe('everything personal', () => {
  it('goes with its row, or is written over', async () => {
    expect(await leftBehind(database.owner)).toEqual([]);
  });

  test.each([
    ['a kept row', `update kith.personal_rows set fate = 'KEPT' where step = 'sign-ins'`, 'sessions.login_history.ip_address stays in rows of the step "sign-ins"'],
    ['nothing to write over it', `update kith.classified_columns set neutral = null where column_name = 'bio'`, 'users.profiles.bio stays in rows of the step "profile"'],
    ['a table without a step', `delete from kith.personal_rows where step = 'alerts'`, 'no step takes sessions.alerts'],
    ['a step of another name', `update kith.personal_rows set step = 'words' where step = 'status changes'`, 'there is no step "status changes" that users.status_changes.reason could belong to'],
  ])('would be found with %s', async (_, fault, finding) => {
    expect(await foundIn(database.owner, fault, leftBehind)).toContain(finding);
  });

  it('is classified by migrations alone: no role that serves requests can change what an erasure does', async () => {
    for (const role of ['kith_users', 'kith_reader', 'kith_worker', 'kith_tenants']) {
      const attempt = database.owner.begin((tx) => [tx.unsafe(`set local role ${role}`), tx.unsafe(`update kith.personal_rows set rows_of = 'true'`)]);
      await expect(attempt, role).rejects.toThrow('permission denied');
    }
  });
});
