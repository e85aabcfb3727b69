import { castOf } from '@kith/drizzle/seed/cast.ts';
import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import { demoPassword, demoPeople } from '@kith/kernel/demo.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import postgres from 'postgres';
import { validate, version } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordKey } from '../harness/settings.ts';
import { databaseContents } from './databaseContents.ts';
import type { FreshDatabase } from './freshDatabase.ts';
import { freshDatabase } from './freshDatabase.ts';
import { foundIn } from './planted.ts';

// The seed lays its times into the weeks before now, and the logs have partitions from last month on: a fixed date would run out.
const now = new Date();
const today = new Date(Math.floor(now.getTime() / 86_400_000) * 86_400_000);
const records = recordKeys(recordKey);
const hashPassword = (password: string) => Promise.resolve(`hash of ${password}`);

let database: FreshDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await freshDatabase();
  sql = postgres(database.ownerUrl, { max: 1, onnotice: () => {} });
  expect(await seedDemo(database.ownerUrl, { now, hashPassword, records })).toBe(true);
}, 60_000);

afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** Tables that only using Kith fills: the demo data has nothing in them. */
const madeByUse = [
  'sessions.alerts',
  'sessions.backup_codes',
  'sessions.known_devices',
  'sessions.lockouts',
  'sessions.password_resets',
  'sessions.refresh_tokens',
  'sessions.reset_requests',
  'sessions.revocations',
  'sessions.second_factors',
  'sessions.signing_keys',
  'sessions.two_factor_challenges',
  'tenants.audit_checkpoints',
  'tenants.invitation_requests',
  'tenants.member_count_changes',
  'users.blocks',
  'users.data_exports',
  'users.deletions',
  'users.erasures',
  'users.mails',
  'users.notification_preferences',
  'users.notification_settings',
  'users.pending_deliveries',
  'users.phone_numbers',
  'users.presences',
  'users.push_tokens',
  'users.username_history',
  'users.verification_codes',
];

test('seeding a second time changes nothing, and hashes nothing', async () => {
  const before = await databaseContents(sql);
  const neverHash = () => Promise.reject(new Error('there was nothing to hash'));
  const tomorrow = new Date(now.getTime() + 86_400_000);
  expect(await seedDemo(database.ownerUrl, { now: tomorrow, hashPassword: neverHash, records })).toBe(false);
  expect(await databaseContents(sql)).toEqual(before);
});

test('two databases seeded on one day, at any time of it and by two seeders at once, hold the same rows in every table', async () => {
  const other = await freshDatabase();
  const lateThatDay = new Date(today.getTime() + 86_399_999);
  const seeded = await Promise.all([seedDemo(other.ownerUrl, { now: lateThatDay, hashPassword, records }), seedDemo(other.ownerUrl, { now: lateThatDay, hashPassword, records })]);
  expect(seeded.filter((filled) => filled)).toHaveLength(1);
  const otherSql = postgres(other.ownerUrl, { max: 1 });
  const [ours, theirs] = [await databaseContents(sql), await databaseContents(otherSql)];
  await otherSql.end();
  await other.drop();
  expect(theirs).toEqual(ours);
  expect(Object.entries(ours).filter(([, rows]) => rows.length === 0).map(([table]) => table)).toEqual(madeByUse);
});

test('a row that differs is seen by the comparison of two databases', async () => {
  const before = await databaseContents(sql);
  const changed = await foundIn(sql, `update users.profiles set bio = bio || '!' where user_id = (select id from users.people where username = 'ada')`, databaseContents);
  expect(changed).not.toEqual(before);
});

test('a seed that fails half way leaves nothing behind', async () => {
  const other = await freshDatabase();
  await expect(seedDemo(other.ownerUrl, { now, hashPassword: () => Promise.reject(new Error('out of memory')), records })).rejects.toThrow('out of memory');
  const otherSql = postgres(other.ownerUrl, { max: 1 });
  const contents = await databaseContents(otherSql);
  await otherSql.end();
  await other.drop();
  expect(Object.values(contents).flat()).toEqual([]);
});

test('there are sixty people, forty or more of them in sparkle', async () => {
  const [counts] = await sql`
    select (select count(*)::int from users.people) as people,
           (select json_object_agg(slug, members) from (
             select t.slug, count(*) as members from tenants.tenants t join tenants.memberships m on m.tenant_id = t.id group by t.slug) per_tenant) as members`;
  expect(counts).toEqual({ people: 60, members: { sparkle: 41, atlas: 15, quill: 12 } });
});

/** A person's tenants and roles, the tenant joined first in front. */
async function rolesOf(username: string): Promise<string> {
  const [row] = await sql<{ roles: string }[]>`
    select string_agg(format('%s of %s', m.role, t.slug), ', ' order by m.joined_at) as roles
    from users.people p join tenants.memberships m on m.user_id = p.id join tenants.tenants t on t.id = m.tenant_id
    where p.username = ${username}`;
  return row?.roles ?? 'nobody';
}

test.each([
  ['ada', 'ADMIN of sparkle'],
  ['grace', 'MODERATOR of sparkle'],
  ['linus', 'USER of sparkle, ADMIN of atlas'],
  ['edsger', 'ADMIN of quill'],
  ['margaret', 'USER of sparkle'],
])('%s is %s', async (username, roles) => {
  expect(await rolesOf(username)).toBe(roles);
});

test('margaret, and nobody else, is platform administrator', async () => {
  expect([...(await sql`select username from users.people where platform_administrator`)]).toEqual([{ username: 'margaret' }]);
});

test('each tenant has an administrator', async () => {
  expect([...(await sql`select slug from tenants.tenants t where not exists (select from tenants.memberships m where m.tenant_id = t.id and m.role = 'ADMIN')`)]).toEqual([]);
});

test('everybody is active and verified but one pending, one suspended and one banned, all three in sparkle', async () => {
  const standings = await sql`
    select p.status, p.email_verified_at is not null as verified, count(*)::int as people, bool_and(t.slug = 'sparkle') as only_in_sparkle
    from users.people p join tenants.memberships m on m.user_id = p.id join tenants.tenants t on t.id = m.tenant_id
    where p.status <> 'ACTIVE' group by 1, 2 order by 1`;
  expect([...standings]).toEqual([
    { status: 'PENDING_VERIFICATION', verified: false, people: 1, only_in_sparkle: true },
    { status: 'SUSPENDED', verified: true, people: 1, only_in_sparkle: true },
    { status: 'BANNED', verified: true, people: 1, only_in_sparkle: true },
  ]);
  expect([...(await sql`select username from users.people where status = 'ACTIVE' and email_verified_at is null`)]).toEqual([]);
});

test('everybody has a profile, preferences, and a credential with the one hash of the demo password', async () => {
  const [row] = await sql`
    select count(*)::int as people, count(f.user_id)::int as profiles, count(r.user_id)::int as preferences,
           count(*) filter (where c.password_hash = ${`hash of ${demoPassword}`})::int as credentials
    from users.people p
    left join users.profiles f on f.user_id = p.id
    left join users.preferences r on r.user_id = p.id
    left join sessions.credentials c on c.user_id = p.id`;
  expect(row).toEqual({ people: 60, profiles: 60, preferences: 60, credentials: 60 });
});

test('every active person has one to six sessions, at least one of them open for a month and more', async () => {
  const wrong = await sql`
    select p.username from users.people p left join sessions.sessions s on s.user_id = p.id
    where p.status = 'ACTIVE'
    group by p.username
    having count(s.id) not between 1 and 6 or count(*) filter (where s.revoked_at is null and s.expires_at > ${now} + interval '30 days') = 0`;
  expect([...wrong]).toEqual([]);
});

test('a session is opened in a tenant its person belongs to, after joining it', async () => {
  const wrong = await sql`
    select s.id from sessions.sessions s left join tenants.memberships m on m.user_id = s.user_id and m.tenant_id = s.tenant_id
    where m.id is null or s.created_at < m.joined_at`;
  expect([...wrong]).toEqual([]);
});

test('everybody who may sign in appears in the directory of each of their tenants, and is a player there', async () => {
  const [row] = await sql`
    select count(*)::int as members, count(d.user_id)::int as entries, count(g.id)::int as players
    from tenants.memberships m
    left join users.directory_entries d on d.tenant_id = m.tenant_id and d.user_id = m.user_id and d.role = m.role and d.joined_at = m.joined_at
    left join gamification.players g on g.tenant_id = m.tenant_id and g.user_id = m.user_id`;
  expect(row).toEqual({ members: 68, entries: 68, players: 68 });
});

// The level of so much experience, by the curve of product.md (G1).
const levelOf = `(select max(n) from generate_series(1, 100) n where 25 * (n - 1) * (n + 2) <= g.experience)`;

test('levels in sparkle go from 1 to 12, each of them reached by someone', async () => {
  const rows = await sql.unsafe<{ level: number }[]>(`
    select distinct ${levelOf} as level from gamification.players g join tenants.tenants t on t.id = g.tenant_id where t.slug = 'sparkle' order by 1`);
  expect(rows.map(({ level }) => level)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('everybody was paid 100 points for registering and level x 10 for each level they passed', async () => {
  const wrong = await sql.unsafe(`
    select g.id from gamification.players g join gamification.accounts a on a.player_id = g.id and a.kind = 'WALLET' and a.currency = 'SPARKLE'
    where a.balance <> 100 + (select coalesce(sum(10 * n), 0) from generate_series(2, ${levelOf}) n)`);
  expect([...wrong]).toEqual([]);
});

test('everybody has 10 experience for registering and, once verified, 20 for the e-mail address', async () => {
  const [row] = await sql`
    select count(*) filter (where source = 'registration' and amount = 10)::int as registered, count(*) filter (where source = 'email_verified' and amount = 20)::int as verified
    from gamification.experience_entries`;
  expect(row).toEqual({ registered: 68, verified: 67 });
});

test('ada has six or more achievements, nobody more than eight, and each rarity was reached by someone', async () => {
  const counts = await sql<{ username: string; unlocked: number }[]>`
    select p.username, count(*)::int as unlocked from gamification.player_achievements u
    join gamification.players g on g.id = u.player_id join users.people p on p.id = g.user_id
    group by g.id, p.username`;
  expect(Math.max(...counts.map(({ unlocked }) => unlocked))).toBeLessThanOrEqual(8);
  expect(counts.find(({ username }) => username === 'ada')?.unlocked).toBeGreaterThanOrEqual(6);
  const reached = await sql`select distinct a.rarity from gamification.achievements a join gamification.player_achievements u on u.achievement_id = a.id`;
  expect(reached).toHaveLength(5);
});

test('nothing but the end of a session or suspension lies in the future', async () => {
  const ends = /^(expires_at|absolute_expires_at|suspended_until)$/;
  const late = Object.entries(await databaseContents(sql)).flatMap(([table, rows]) =>
    rows.flatMap((row) =>
      Object.entries(row)
        .filter(([column, value]) => /(_at|_until)$/.test(column) && !ends.test(column) && typeof value === 'string' && new Date(value) > now)
        .map(([column, value]) => `${table}.${column}: ${String(value)}`),
    ),
  );
  expect(late).toEqual([]);
});

test('even on the first of March all of it lies in the month before, of which the logs have a partition', () => {
  const { tenants, people } = castOf(new Date('2027-03-01T00:00:00Z'));
  const earliest = Math.min(...[...tenants, ...people].map(({ createdAt }) => createdAt.getTime()));
  expect(new Date(earliest).toISOString()).toMatch(/^2027-02-01/);
});

test('every id is a UUID of version 7', async () => {
  const contents = await databaseContents(sql);
  const ids = Object.values(contents).flat().flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  expect(ids.length).toBeGreaterThan(1000);
  expect(ids.filter((id) => !validate(id) || version(id) !== 7)).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the people who are shown to sign in with exist, under the address that is shown', async () => {
  const logins = demoPeople.map(({ login }) => login);
  const found = await sql<{ email: string }[]>`select email from users.people where email = any (${logins}) order by id`;
  expect(found.map(({ email }) => email)).toEqual(logins);
});
