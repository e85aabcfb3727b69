import * as audit from '@kith/drizzle/tables/audit.ts';
import * as gamification from '@kith/drizzle/tables/gamification.ts';
import * as invitations from '@kith/drizzle/tables/invitations.ts';
import * as leaving from '@kith/drizzle/tables/leaving.ts';
import * as notifications from '@kith/drizzle/tables/notifications.ts';
import * as role from '@kith/drizzle/tables/role.ts';
import * as secondFactors from '@kith/drizzle/tables/secondFactors.ts';
import * as sessions from '@kith/drizzle/tables/sessions.ts';
import * as tenants from '@kith/drizzle/tables/tenants.ts';
import * as users from '@kith/drizzle/tables/users.ts';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FreshDatabase } from './freshDatabase.ts';
import { freshDatabase } from './freshDatabase.ts';
import type { Catalogue } from './planted.ts';
import { foundIn } from './planted.ts';
import { tableDifferences } from './tableDifferences.ts';

const declarations = [users, audit, leaving, notifications, tenants, invitations, sessions, secondFactors, gamification, role].flatMap((module) => Object.values<unknown>(module));
const differences = (catalogue: Catalogue) => tableDifferences(catalogue, declarations);

let database: FreshDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await freshDatabase();
  // With nothing else in the search path PostgreSQL names everything with its schema. (The owner's is named as the user, and would be left out.)
  sql = postgres(database.ownerUrl, { max: 1, onnotice: () => {}, connection: { search_path: 'pg_catalog' } });
}, 60_000);

afterAll(async () => {
  await sql.end();
  await database.drop();
});

test('Drizzle is told exactly the tables, views and enums that the migrations make', async () => {
  expect(await differences(sql)).toEqual([]);
});

test.each([
  [
    'a column that may be null',
    'alter table users.people alter username drop not null',
    'only in the database: table users.people: username text null',
  ],
  [
    'a column of another type',
    'alter table gamification.players alter experience type bigint',
    'only in the database: table gamification.players: experience bigint not null default 0',
  ],
  [
    'a column with more places',
    'alter table gamification.accounts alter balance type numeric(21, 6)',
    'only in the database: table gamification.accounts: balance numeric(21,6) not null default 0',
  ],
  [
    'another default',
    `alter table users.preferences alter locale set default 'fr'`,
    'only in the database: table users.preferences: locale text not null default "fr"',
  ],
  [
    'a default too few',
    'alter table tenants.settings alter settings drop default',
    'only in Drizzle: table tenants.settings: settings jsonb not null default {}',
  ],
  [
    'a column too many',
    'alter table sessions.sessions add country text',
    'only in the database: table sessions.sessions: country text null',
  ],
  ['a column too few', 'alter table sessions.sessions drop browser cascade', 'only in Drizzle: table sessions.sessions: browser text null'],
  [
    'another primary key',
    'alter table users.follows drop constraint follows_pkey, add primary key (followed_id, follower_id)',
    'only in the database: table users.follows: primary key (followed_id, follower_id)',
  ],
  ['a table too many', 'create table tenants.guests (id uuid not null)', 'only in the database: table tenants.guests: id uuid not null'],
  ['a table too few', 'drop table sessions.signing_keys', 'only in Drizzle: table sessions.signing_keys: kid text not null'],
  [
    'a value too many',
    `alter type kith.role add value 'OWNER'`,
    'only in the database: enum kith.role: GUEST, USER, CREATOR, VERIFIED_CREATOR, MODERATOR, ADMIN, SYSTEM, OWNER',
  ],
  ['an enum too many', `create type users.mood as enum ('FINE')`, 'only in the database: enum users.mood: FINE'],
  [
    'a view that shows something else',
    `create or replace view sessions.own_sessions as
     select id, user_id, tenant_id, device, browser, operating_system, ip_address, created_at, last_seen_at,
            coalesce(expires_at, created_at)::timestamptz(3) as expires_at, revoked_at, remember, absolute_expires_at, fingerprint, revoked_reason
     from sessions.sessions`,
    'only in the database: view sessions.own_sessions: expires_at timestamp with time zone null',
  ],
  [
    'a view of a column that may be null',
    'alter table sessions.sessions alter device drop not null',
    'only in the database: view sessions.own_sessions: device text null',
  ],
])('a database with %s is told apart', async (_, fault, finding) => {
  expect(await foundIn(sql, fault, differences)).toContain(finding);
});
