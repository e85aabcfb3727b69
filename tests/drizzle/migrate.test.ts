import { migrate, migrationNames } from '@kith/drizzle/migrate.ts';
import { databaseRoles, roleName } from '@kith/drizzle/roles.ts';
import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { recordKey } from '../harness/settings.ts';
import { subgraphSchemas } from './catalogue.ts';
import { everythingMade } from './everythingMade.ts';
import type { FreshDatabase } from './freshDatabase.ts';
import { emptyDatabase, freshDatabase, onServer, ownerPassword, passwordOf } from './freshDatabase.ts';
import { foundIn } from './planted.ts';
import type { Catalogue } from './planted.ts';

let database: FreshDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await freshDatabase();
  sql = postgres(database.ownerUrl, { max: 1, onnotice: () => {} });
}, 60_000);

afterAll(async () => {
  await sql.end();
  await database.drop();
});

test('a second run changes nothing, and says that it ran no migration', async () => {
  const before = await everythingMade(sql);
  expect(await migrate(database.ownerUrl, passwordOf)).toEqual([]);
  expect(await everythingMade(sql)).toEqual(before);
});

test('what a migration makes is told apart when one grant is more', async () => {
  const before = await everythingMade(sql);
  expect(await foundIn(sql, 'grant update on users.people to kith_users', everythingMade)).not.toEqual(before);
});

test('two processes that migrate an empty database at once both end well, and each migration runs once', async () => {
  const empty = await emptyDatabase();
  const runs = await Promise.all([migrate(empty.ownerUrl, passwordOf), migrate(empty.ownerUrl, passwordOf)]);
  await empty.drop();
  expect(runs.toSorted((one, other) => one.length - other.length)).toEqual([[], migrationNames()]);
});

test('databases of one server that are migrated at once all end well, although they share their roles', async () => {
  const several = await Promise.all(Array.from({ length: 6 }, () => emptyDatabase()));
  const outcomes = await Promise.allSettled(several.map(({ ownerUrl }) => migrate(ownerUrl, passwordOf)));
  const again = await Promise.allSettled(several.flatMap(({ ownerUrl }) => [migrate(ownerUrl, passwordOf), migrate(ownerUrl, passwordOf)]));
  await Promise.all(several.map((one) => one.drop()));
  expect([...outcomes, ...again].flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))).toEqual([]);
}, 60_000);

test('a migration that was edited after it ran is refused by its name', async () => {
  const [, edited] = migrationNames();
  const [row] = await sql<{ id: number; hash: string }[]>`select id, hash from kith_migrations.applied order by created_at offset 1 limit 1`;
  await sql`update kith_migrations.applied set hash = 'of another text' where id = ${row?.id ?? 0}`;
  await expect(migrate(database.ownerUrl, passwordOf)).rejects.toThrow(`Migration ${edited} was edited after it ran on this database`);
  await sql`update kith_migrations.applied set hash = ${row?.hash ?? ''} where id = ${row?.id ?? 0}`;
});

test('a migration that fails leaves nothing behind', async () => {
  const empty = await emptyDatabase();
  const emptySql = postgres(empty.ownerUrl, { max: 1 });
  await emptySql`create schema gamification`;
  await expect(migrate(empty.ownerUrl, passwordOf)).rejects.toThrow();
  const schemas = await emptySql`select nspname from pg_namespace where nspname in ('users', 'tenants', 'sessions', 'kith')`;
  await emptySql.end();
  await empty.drop();
  expect([...schemas]).toEqual([]);
});

/** Names the partitioned tables without a partition for each month from the last one to twelve ahead, in UTC. */
async function logsShortOfMonths(catalogue: Catalogue): Promise<string[]> {
  const rows = await catalogue<{ gap: string }[]>`
    with months as (
      select start, start + interval '1 month' as next
      from (select date_trunc('month', now() at time zone 'utc') + make_interval(months => n) as start from generate_series(-1, 12) n) starts)
    select format('%s %s', c.oid::regclass, to_char(start, 'YYYY-MM')) as gap
    from pg_class c cross join months
    where c.relkind = 'p' and c.relnamespace::regnamespace::text = any (${[...subgraphSchemas, 'kith']})
      and not exists (
        select from pg_inherits i join pg_class p on p.oid = i.inhrelid
        where i.inhparent = c.oid and pg_get_expr(p.relpartbound, p.oid) =
              format('FOR VALUES FROM (%L) TO (%L)', to_char(start, 'YYYY-MM-DD 00:00:00+00'), to_char(next, 'YYYY-MM-DD 00:00:00+00')))
    order by 1`;
  return rows.map(({ gap }) => gap);
}

test('every log has a partition for each month from the last one to twelve ahead', async () => {
  await sql`set time zone 'utc'`; // bounds are shown in the session's own
  expect(await logsShortOfMonths(sql)).toEqual([]);
});

test('a log that was not put on the list of monthly ones is seen to be short of months', async () => {
  const found = await foundIn(sql, 'create table tenants.forgotten (occurred_at timestamptz not null) partition by range (occurred_at)', logsShortOfMonths);
  expect(found).toHaveLength(14);
  expect(found[0]).toMatch(/^tenants\.forgotten \d{4}-\d{2}$/);
});

test('a run makes the months that have come into reach since the last one', async () => {
  const [last] = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'gamification.experience_entries'::regclass order by 1 desc limit 1`;
  await sql.unsafe(`drop table ${last?.name}`);
  expect(await logsShortOfMonths(sql)).toHaveLength(1);
  await migrate(database.ownerUrl, passwordOf);
  expect(await logsShortOfMonths(sql)).toEqual([]);
});

/** Makes an owner who is no superuser but may make roles, as managed servers offer, and stands to Kith's roles as if they had made them. */
async function anOwner(): Promise<string> {
  const name = `seed_owner_${process.pid}`;
  await onServer(async (server) => {
    await server.unsafe(`create role ${name} login createrole password '${ownerPassword}'`);
    const roles = [...databaseRoles.map(roleName), 'kith_keeper'];
    await server.unsafe(`grant ${roles.join(', ')} to ${name} with admin option, inherit false, set false`);
  });
  return name;
}

test('an owner who is no superuser but may make roles can migrate, twice, and seed; every grant and policy is the same', async () => {
  const owner = await anOwner();
  const owned = await emptyDatabase(owner);
  try {
    expect(await migrate(owned.ownerUrl, passwordOf)).toEqual(migrationNames());
    expect(await migrate(owned.ownerUrl, passwordOf)).toEqual([]);
    expect(await seedDemo(owned.ownerUrl, { now: new Date(), hashPassword: () => Promise.resolve('no hash'), records: recordKeys(recordKey) })).toBe(true);
    const superuser = new URL(inject('serverUrl'));
    superuser.pathname = new URL(owned.ownerUrl).pathname;
    const theirs = postgres(superuser.href, { max: 1 });
    const made = await everythingMade(theirs);
    await theirs.end();
    const ours = await everythingMade(sql);
    expect(made.map((line) => line.replaceAll(owner, 'kith')).toSorted()).toEqual(ours.toSorted());
  } finally {
    await owned.drop();
    await onServer((server) => server.unsafe(`drop role ${owner}`));
  }
}, 60_000);
