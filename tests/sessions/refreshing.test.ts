import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { claimsOf, open, refresh, whoIs } from './sessionActs.ts';

const day = 86_400;
/** A hundred at once wait for one row: on a busy machine longer than anybody should who is not a test. */
const patient = { DATABASE_WAIT_MS: '20000', STATEMENT_TIMEOUT_MS: '20000', SUBGRAPH_TIMEOUT_MS: '20000' };

let database: TestDatabase;
let clock: TestClock;
let graph: TestGraph;
let other: TestGraph;

beforeAll(async () => {
  database = await testDatabase();
  clock = testClock();
  graph = await startGraph(database.url, { clock, environment: patient });
  other = await startGraph(database.url, { clock, environment: patient });
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const rowOf = async (token: string) => (await database.owner`select * from sessions.refresh_tokens where token_hash = ${sha256(token)}`)[0];
const alertsOf = (sessionUser: string) => database.owner`select kind, severity from sessions.alerts where user_id = ${sessionUser} and kind = 'REFRESH_REUSED'`;
const eventsAbout = async (sessionId: string, name: string) =>
  (await database.owner`select payload from kith.events where name = ${name}`).filter(({ payload }) => JSON.stringify(payload).includes(sessionId)).length;
const secondsUntil = (moment: string): number => (new Date(moment).getTime() - clock.now().getTime()) / 1_000;

/** The living tokens of a session. */
const living = (sessionId: string) => database.owner`select token_hash from sessions.refresh_tokens where session_id = ${sessionId} and used_at is null`;

describe('a refresh token', () => {
  it('is 256 random bits behind kr_, and only its hash is kept', async () => {
    const { refreshToken } = await open(graph);
    expect(refreshToken).toMatch(/^kr_[A-Za-z0-9_-]{43}$/);
    expect(await rowOf(refreshToken ?? '')).toBeDefined();
    const everything = await database.owner`select t::text as row from sessions.refresh_tokens t union all select s::text from sessions.sessions s`;
    expect(everything.some(({ row }) => String(row).includes((refreshToken ?? '').slice(3)))).toBe(false);
  });

  it('brings the next pair, which works, and tells of the same session', async () => {
    const first = await open(graph);
    clock.advanceSeconds(1_000);
    const next = await refresh(other, first.refreshToken);
    expect(next.refreshToken).not.toBe(first.refreshToken);
    expect(next.session.id).toBe(first.session.id);
    expect(await whoIs(graph, next.accessToken)).toBe('ada');
    expect(next.session.lastSeenAt).toBe(clock.now().toISOString());
  });

  it.each([
    { what: '7 days, unused', wait: 7 * day - 1, code: null },
    { what: 'not a second longer', wait: 7 * day, code: 'REFRESH_TOKEN_INVALID' },
  ])('lives $what', async ({ wait, code }) => {
    const { refreshToken, refreshTokenExpiresAt, session } = await open(graph);
    expect(secondsUntil(refreshTokenExpiresAt)).toBe(7 * day);
    expect(session.expiresAt).toBe(refreshTokenExpiresAt);
    clock.advanceSeconds(wait);
    expect((await refresh(graph, refreshToken)).code).toBe(code);
  });

  it.each([
    { rememberMe: false, days: 30 },
    { rememberMe: true, days: 90 },
  ])('keeps a session going for $days days, with rememberMe $rememberMe', async ({ rememberMe, days }) => {
    const opened = await open(graph, { rememberMe });
    const end = clock.now().getTime() + days * day * 1_000;
    let token = opened.refreshToken;
    let last = opened.refreshTokenExpiresAt;
    for (let passed = 6; passed < days; passed += 6) {
      clock.advanceSeconds(6 * day);
      const next = await refresh(graph, token);
      expect(next.code).toBeNull();
      token = next.refreshToken;
      last = next.refreshTokenExpiresAt;
    }
    expect(new Date(last).getTime()).toBe(end);
    clock.set(new Date(end - 1_000));
    const lastPair = await refresh(graph, token);
    expect(lastPair.code).toBeNull();
    // The access token does not outlive its session either.
    expect(claimsOf(lastPair.accessToken).exp).toBe(Math.floor(end / 1_000));
    clock.set(new Date(end));
    expect((await refresh(graph, lastPair.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
  });

  it.each([['nothing', ''], ['another form', 'kr_short'], ['one that was never given out', `kr_${'A'.repeat(43)}`]])('is refused when it is %s', async (_, token) => {
    expect((await refresh(graph, token)).code).toBe('REFRESH_TOKEN_INVALID');
  });
});

describe('a refresh token that is used again', () => {
  it.each([0, 5, 10])('brings the same successor %s seconds later, from any process', async (seconds) => {
    const { refreshToken } = await open(graph);
    const first = await refresh(graph, refreshToken);
    clock.advanceSeconds(seconds);
    const second = await refresh(other, refreshToken);
    expect(second.refreshToken).toBe(first.refreshToken);
    expect(second.refreshTokenExpiresAt).toBe(first.refreshTokenExpiresAt);
    expect(await whoIs(graph, second.accessToken)).toBe('ada');
  });

  it('ends its session 10.001 seconds later, with one critical alert', async () => {
    const opened = await open(graph, { login: 'grace@kith.test' });
    const { sub, sid } = claimsOf(opened.accessToken);
    const next = await refresh(graph, opened.refreshToken);
    clock.advanceSeconds(10.001);
    expect((await refresh(other, opened.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    expect((await refresh(graph, next.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    expect((await refresh(graph, opened.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    expect(await alertsOf(sub)).toEqual([{ kind: 'REFRESH_REUSED', severity: 'CRITICAL' }]);
    expect(await eventsAbout(sid, 'session.revoked')).toBe(1);
    expect(await whoIs(other, next.accessToken)).toBe('UNAUTHENTICATED');
  });

  it('raises one alert for a hundred copies at once', async () => {
    const opened = await open(graph, { login: 'linus@kith.test' });
    await refresh(graph, opened.refreshToken);
    clock.advanceSeconds(11);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => refresh(index % 2 === 0 ? graph : other, opened.refreshToken)));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['REFRESH_TOKEN_INVALID']));
    expect(await alertsOf(claimsOf(opened.accessToken).sub)).toHaveLength(1);
  });

  it('shows a successor to nobody but whoever has the token it succeeds', async () => {
    const [one, another] = [await open(graph), await open(graph)];
    await refresh(graph, one.refreshToken);
    await refresh(graph, another.refreshToken);
    await database.owner`update sessions.refresh_tokens set successor_encrypted = (select successor_encrypted from sessions.refresh_tokens where token_hash = ${sha256(one.refreshToken ?? '')})
      where token_hash = ${sha256(another.refreshToken ?? '')}`;
    const stolen = await refresh(graph, another.refreshToken);
    expect(stolen.code).toBe('INTERNAL');
    expect(stolen.refreshToken).toBeUndefined();
  });
});

describe('a hundred refreshes of one token at once, over two processes', () => {
  const storm = async (graphs: readonly TestGraph[], token: string | null) => Promise.all(Array.from({ length: 100 }, (_, index) => refresh(graphs[index % graphs.length] as TestGraph, token)));

  it('leave one living successor, which all of them get, and raise no alarm', async () => {
    const opened = await open(graph, { login: 'margaret@kith.test' });
    const answers = await storm([graph, other], opened.refreshToken);
    expect(answers.filter(({ code }) => code !== null).map(({ code }) => code)).toEqual([]);
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(await living(opened.session.id)).toHaveLength(1);
    expect(await alertsOf(claimsOf(opened.accessToken).sub)).toEqual([]);
    const [, , , , last] = answers;
    expect(await whoIs(other, last?.accessToken ?? '')).toBe('margaret');
  });

  it('would leave several if the token were only looked at before it is used', async () => {
    const weakened = await testDatabase();
    await weakened.owner`drop index sessions.refresh_tokens_one_lives`;
    const rewrite = (text: string): string => (text.startsWith('update "sessions"."refresh_tokens"') ? text.replace('"sessions"."refresh_tokens"."used_at" is null and ', '') : text);
    const weak = await startGraph(weakened.url, { clock, rewrite, environment: patient });
    try {
      const opened = await open(weak);
      const answers = await storm([weak], opened.refreshToken);
      expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBeGreaterThan(1);
    } finally {
      await weak.stop();
      await weakened.drop();
    }
  });
});

describe('the next access token', () => {
  const memberOfSparkle = (login: string) => database.owner`select m.id from tenants.memberships m join users.people p on p.id = m.user_id join tenants.tenants t on t.id = m.tenant_id
    where p.email_canonical = ${login} and t.slug = 'sparkle'`;

  it('says the role the person has now', async () => {
    const opened = await open(graph, { login: 'grace@kith.test' });
    expect(claimsOf(opened.accessToken).role).toBe('MODERATOR');
    const [membership] = await memberOfSparkle('grace@kith.test');
    await database.owner`update tenants.memberships set role = 'USER' where id = ${membership?.['id']}`;
    const next = await refresh(graph, opened.refreshToken);
    expect(claimsOf(next.accessToken).role).toBe('USER');
  });

  it('leads to no tenant any more when the person has left it, and back when they return', async () => {
    const opened = await open(graph, { login: 'margaret@kith.test', tenant: 'sparkle' });
    const [membership] = await memberOfSparkle('margaret@kith.test');
    const [row] = await database.owner`delete from tenants.memberships where id = ${membership?.['id']} returning *`;
    const without = await refresh(graph, opened.refreshToken);
    expect(claimsOf(without.accessToken)).toMatchObject({ tid: null, role: null });
    await database.owner`insert into tenants.memberships ${database.owner(row ?? {})}`;
    const again = await refresh(graph, without.refreshToken);
    expect(claimsOf(again.accessToken).tid).toBe(claimsOf(opened.accessToken).tid);
  });

  it.each([
    { status: 'SUSPENDED', suspended_until: new Date(Date.now() + day * 1_000) },
    { status: 'BANNED' },
    { status: 'DELETED', deleted_at: new Date() },
  ])('is not given to somebody who is $status', async (standing) => {
    const person = 'edsger@kith.test';
    const opened = await open(graph, { login: person });
    await database.owner`update users.people set ${database.owner(standing)} where email_canonical = ${person}`;
    expect((await refresh(graph, opened.refreshToken)).code).toBe('REFRESH_TOKEN_INVALID');
    await database.owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`; // past the rule that nobody comes back from being deleted
      await tx`update users.people set status = 'ACTIVE', suspended_until = null, deleted_at = null where email_canonical = ${person}`;
    });
  });
});

it('a session goes on after a restart in the middle, with the same successor for whoever lost the answer', async () => {
  const first = await startGraph(database.url, { clock });
  const opened = await open(first);
  const answered = await refresh(first, opened.refreshToken);
  await first.stop();
  const second = await startGraph(database.url, { clock });
  try {
    expect((await refresh(second, opened.refreshToken)).refreshToken).toBe(answered.refreshToken);
    expect((await refresh(second, answered.refreshToken)).code).toBeNull();
  } finally {
    await second.stop();
  }
});
