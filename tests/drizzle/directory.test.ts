import postgres from 'postgres';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FreshDatabase } from './freshDatabase.ts';
import { freshDatabase } from './freshDatabase.ts';

let database: FreshDatabase;
/** Many connections that policies do not bind. The triggers under test run as the keeper whoever sets them off. */
let sql: postgres.Sql;
let tenantId: string;

beforeAll(async () => {
  database = await freshDatabase();
  sql = postgres(database.ownerUrl, { max: 16, onnotice: () => {} });
  tenantId = v7();
  await sql`insert into tenants.tenants (id, name, slug, created_at, updated_at) values (${tenantId}, 'Sparkle', 'sparkle', now(), now())`;
}, 60_000);

afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** Somebody active and verified, with a profile. */
async function aPerson(username: string, displayName: string | null = null): Promise<string> {
  const id = v7();
  await sql`
    insert into users.people (id, email, email_canonical, email_verified_at, username, username_canonical, status, created_at, updated_at)
    values (${id}, ${`${username}@kith.test`}, ${`${username.toLowerCase()}@kith.test`}, now(), ${username}, ${username.toLowerCase()}, 'ACTIVE', now(), now())`;
  await sql`insert into users.profiles (user_id, display_name, updated_at) values (${id}, ${displayName}, now())`;
  return id;
}

async function joins(userId: string, role = 'USER'): Promise<void> {
  await sql`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (${v7()}, ${tenantId}, ${userId}, ${role}, now())`;
}

async function aMember(username: string, displayName: string | null = null): Promise<string> {
  const id = await aPerson(username, displayName);
  await joins(id);
  return id;
}

async function entryOf(userId: string): Promise<unknown> {
  const [entry] = await sql`select role, status, listed, verified, follower_count, search_text from users.directory_entries where tenant_id = ${tenantId} and user_id = ${userId}`;
  return entry ?? null;
}

/** Names the entries that do not say what the rows they follow say. */
async function staleEntries(): Promise<unknown[]> {
  return [
    ...(await sql`
      select m.user_id, m.tenant_id
      from tenants.memberships m
      join users.people p on p.id = m.user_id
      left join users.profiles f on f.user_id = p.id
      full join users.directory_entries d on d.tenant_id = m.tenant_id and d.user_id = m.user_id
      where (d.role, d.joined_at, d.status, d.listed, d.verified, d.follower_count, d.search_text) is distinct from
            (m.role, m.joined_at, p.status, p.status = 'ACTIVE', p.email_verified_at is not null, p.follower_count, lower(concat_ws(' ', p.username, f.display_name, f.bio)))`),
  ];
}

test('joining brings a person into the directory, with or without a display name', async () => {
  const member = await aMember('Hopper', 'Grace Hopper');
  expect(await entryOf(member)).toEqual({ role: 'USER', status: 'ACTIVE', listed: true, verified: true, follower_count: 0, search_text: 'hopper grace hopper' });
  expect(await entryOf(await aMember('Nameless'))).toMatchObject({ search_text: 'nameless' });
});

const changes: readonly [what: string, username: string, change: (id: string) => PromiseLike<unknown>, expected: object][] = [
  [
    'a change of username',
    'Subject_1',
    (id) => sql`update users.people set username = 'Renamed', username_canonical = 'renamed' where id = ${id}`,
    { search_text: 'renamed first' },
  ],
  ['a change of display name', 'Subject_2', (id) => sql`update users.profiles set display_name = 'Second' where user_id = ${id}`, { search_text: 'subject_2 second' }],
  ['a display name taken away', 'Subject_3', (id) => sql`update users.profiles set display_name = null where user_id = ${id}`, { search_text: 'subject_3' }],
  ['a bio', 'Subject_7', (id) => sql`update users.profiles set bio = 'Likes Knots' where user_id = ${id}`, { search_text: 'subject_7 first likes knots' }],
  ['a ban', 'Subject_4', (id) => sql`update users.people set status = 'BANNED' where id = ${id}`, { listed: false, status: 'BANNED' }],
  ['a lost verification', 'Subject_5', (id) => sql`update users.people set email_verified_at = null where id = ${id}`, { verified: false }],
  ['another role', 'Subject_6', (id) => sql`update tenants.memberships set role = 'MODERATOR' where user_id = ${id}`, { role: 'MODERATOR' }],
];

test.each(changes)('the directory follows %s', async (_, username, change, expected) => {
  const id = await aMember(username, 'First');
  await change(id);
  expect(await entryOf(id)).toMatchObject(expected);
});

test('the directory follows being followed and unfollowed', async () => {
  const [follower, followed] = [await aMember('Follower'), await aMember('Followed')];
  await sql.begin(follow(follower, followed));
  expect(await entryOf(followed)).toMatchObject({ follower_count: 1 });
  expect(await entryOf(follower)).toMatchObject({ follower_count: 0 });
  await sql`delete from users.follows where follower_id = ${follower} and followed_id = ${followed}`;
  expect(await entryOf(followed)).toMatchObject({ follower_count: 0 });
});

test('leaving takes a person out of the directory of that tenant, and of no other', async () => {
  const member = await aMember('Leaver');
  const elsewhere = v7();
  await sql`insert into tenants.tenants (id, name, slug, created_at, updated_at) values (${elsewhere}, 'Atlas', 'atlas', now(), now())`;
  await sql`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (${v7()}, ${elsewhere}, ${member}, 'ADMIN', now())`;
  await sql`delete from tenants.memberships where tenant_id = ${tenantId} and user_id = ${member}`;
  expect([...(await sql`select tenant_id from users.directory_entries where user_id = ${member}`)]).toEqual([{ tenant_id: elsewhere }]);
});

test('a membership of somebody who does not exist is refused', async () => {
  await expect(joins(v7())).rejects.toMatchObject({ code: '23503' });
});

test('people who all follow each other at once do not deadlock, and every count is right', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, (_, index) => aMember(`crowd_${index}`, `Crowd ${index}`)));
  const pairs = people.flatMap((one, index) => people.slice(index + 1).flatMap((other) => [[one, other] as const, [other, one] as const]));
  await Promise.all(pairs.map(([follower, followed]) => sql`insert into users.follows (follower_id, followed_id, created_at) values (${follower}, ${followed}, now())`));
  const counts = await sql`
    select distinct p.follower_count, p.following_count, d.follower_count as in_directory
    from users.people p join users.directory_entries d on d.user_id = p.id where p.id = any (${people})`;
  expect([...counts]).toEqual([{ follower_count: 11, following_count: 11, in_directory: 11 }]);
  await Promise.all(pairs.map(([follower, followed]) => sql`delete from users.follows where follower_id = ${follower} and followed_id = ${followed}`));
  expect([...(await sql`select distinct follower_count, following_count from users.people where id = any (${people})`)]).toEqual([{ follower_count: 0, following_count: 0 }]);
  expect(await staleEntries()).toEqual([]);
});

/** Waits until the connection with this process id waits for a lock, which is the moment two transactions have met. */
async function untilBlocked(processId: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const [activity] = await sql`select 1 from pg_stat_activity where pid = ${processId} and wait_event_type = 'Lock'`;
    if (activity !== undefined) return;
  }
  throw new Error(`process ${processId} waits for nothing`);
}

type Step = (tx: postgres.TransactionSql) => Promise<unknown>;

/** Runs `first` and keeps its transaction open until `meanwhile`, in another one, waits for it or is done; then goes on with `after`. Both must be kept. */
async function overlapping({ first, meanwhile, after }: { first: Step; meanwhile: Step; after?: Step }): Promise<void> {
  let other: Promise<unknown> = Promise.resolve();
  await sql.begin(async (tx) => {
    await first(tx);
    const met = Promise.withResolvers<void>();
    other = sql.begin(async (otherTx) => {
      const [backend] = await otherTx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      const done = meanwhile(otherTx);
      await Promise.race([done, untilBlocked(backend?.pid ?? 0)]);
      met.resolve();
      await done;
    });
    await Promise.race([met.promise, other]);
    await after?.(tx);
  });
  await other;
}

const rename =
  (id: string, name: string): Step =>
  (tx) => tx`update users.people set username = ${name}, username_canonical = ${name} where id = ${id}`;
const redisplay =
  (id: string): Step =>
  (tx) => tx`update users.profiles set display_name = 'New Name' where user_id = ${id}`;
const ban =
  (id: string): Step =>
  (tx) => tx`update users.people set status = 'BANNED' where id = ${id}`;
const join =
  (id: string): Step =>
  (tx) => tx`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (${v7()}, ${tenantId}, ${id}, 'USER', now())`;
const follow =
  (follower: string, followed: string): Step =>
  (tx) => tx`insert into users.follows (follower_id, followed_id, created_at) values (${follower}, ${followed}, now())`;

test('a username and a display name changed at the same moment both reach the directory, whichever came first', async () => {
  const [one, other] = [await aMember('both_at_once', 'Old Name'), await aMember('other_way_round', 'Old Name')];
  await overlapping({ first: rename(one, 'renamed_first'), meanwhile: redisplay(one) });
  await overlapping({ first: redisplay(other), meanwhile: rename(other, 'renamed_second') });
  expect(await entryOf(one)).toMatchObject({ search_text: 'renamed_first new name' });
  expect(await entryOf(other)).toMatchObject({ search_text: 'renamed_second new name' });
});

test('somebody banned in the moment of joining is not listed, whichever came first', async () => {
  const [one, other] = [await aPerson('banned_then_joined'), await aPerson('joined_then_banned')];
  await overlapping({ first: ban(one), meanwhile: join(one) });
  await overlapping({ first: join(other), meanwhile: ban(other) });
  expect(await entryOf(one)).toMatchObject({ listed: false });
  expect(await entryOf(other)).toMatchObject({ listed: false });
});

test('a display name changed while joining reaches the directory, whichever came first', async () => {
  const [one, other] = [await aPerson('redisplayed_then_joined', 'Old Name'), await aPerson('joined_then_redisplayed', 'Old Name')];
  await overlapping({ first: redisplay(one), meanwhile: join(one) });
  await overlapping({ first: join(other), meanwhile: redisplay(other) });
  expect(await entryOf(one)).toMatchObject({ search_text: 'redisplayed_then_joined new name' });
  expect(await entryOf(other)).toMatchObject({ search_text: 'joined_then_redisplayed new name' });
});

test('a follow between a change of display name and one of username in a single transaction does not deadlock', async () => {
  const [changing, follower] = [await aMember('changing', 'Old Name'), await aMember('follows_then')];
  await overlapping({ first: redisplay(changing), meanwhile: follow(follower, changing), after: rename(changing, 'changed') });
  expect(await entryOf(changing)).toMatchObject({ search_text: 'changed new name', follower_count: 1 });
});

test('after all of this no entry of the directory is stale', async () => {
  expect(await staleEntries()).toEqual([]);
});
