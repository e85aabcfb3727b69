import { randomBytes } from 'node:crypto';
import { Database } from '@kith/drizzle/database.ts';
import { roleUrl } from '@kith/drizzle/roles.ts';
import { cleanUp, lookAhead } from '@kith/sessions/services/cleaningUp.ts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { open, refresh } from './sessionActs.ts';

const accessTokenTtlSeconds = 1_800;
const hour = 3_600;
const day = 86_400;

let testing: TestDatabase;
let database: Database;
let clock: TestClock;
let sent: { text: string; parameters: readonly unknown[] }[];

beforeAll(async () => {
  testing = await testDatabase();
  database = new Database({
    url: roleUrl(testing.url, roleSecret, 'sessions'),
    applicationName: 'test',
    connections: 2,
    waitMsMax: 2_000,
    statementTimeoutMs: 5_000,
    onSent: (text, parameters) => void sent.push({ text, parameters }),
  });
});
beforeEach(async () => {
  clock = testClock();
  sent = [];
  await testing.owner`truncate sessions.sessions, sessions.refresh_tokens, sessions.two_factor_challenges, sessions.password_resets, sessions.second_factors, sessions.lockouts, sessions.reset_requests, sessions.revocations`;
});
afterAll(async () => {
  await database.close();
  await testing.drop();
});

const clean = (rowsMax?: number) => cleanUp({ database, clock, accessTokenTtlSeconds }, rowsMax);
const at = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1_000);
const somebody = v7();
const secretHash = () => randomBytes(32);

async function addSessions(count: number, expiresAt: Date): Promise<string[]> {
  const rows = Array.from({ length: count }, () => ({
    id: v7(),
    user_id: somebody,
    device: 'a test',
    created_at: new Date(expiresAt.getTime() - 30 * day * 1_000),
    last_seen_at: new Date(expiresAt.getTime() - 7 * day * 1_000),
    expires_at: expiresAt,
    absolute_expires_at: expiresAt,
  }));
  await testing.owner`insert into sessions.sessions ${testing.owner(rows)}`;
  return rows.map(({ id }) => id);
}

const token = (sessionId: string, expiresAt: Date, more: object = {}) => ({
  token_hash: secretHash(),
  session_id: sessionId,
  user_id: somebody,
  issued_at: new Date(expiresAt.getTime() - 7 * day * 1_000),
  expires_at: expiresAt,
  used_at: null,
  successor_encrypted: null,
  ...more,
});
const addTokens = (rows: readonly ReturnType<typeof token>[]) => testing.owner`insert into sessions.refresh_tokens ${testing.owner(rows)}`;

const countIn = async (table: string): Promise<number> => Number((await testing.owner.unsafe(`select count(*)::int as count from sessions.${table}`))[0]?.['count']);

describe('the clean-up', () => {
  // Each with what it adds for an end or a moment so many seconds away, and the seconds after which it is gone.
  const lapsing: [table: string, goneAfterSeconds: number, add: (moment: Date) => Promise<unknown>][] = [
    ['sessions', 0, (moment) => addSessions(1, moment)],
    ['refresh_tokens', 0, async (moment) => addTokens([token((await addSessions(1, at(90 * day)))[0] ?? '', moment)])],
    [
      'two_factor_challenges',
      hour,
      (moment) => testing.owner`insert into sessions.two_factor_challenges (token_hash, user_id, remember, issued_at, expires_at, attempts_left)
        values (${secretHash()}, ${somebody}, false, ${moment}, ${moment}, 5)`,
    ],
    ['password_resets', hour, (moment) => testing.owner`insert into sessions.password_resets (token_hash, user_id, requested_at, expires_at) values (${secretHash()}, ${somebody}, ${moment}, ${moment})`],
    ['second_factors', hour, (moment) => testing.owner`insert into sessions.second_factors (user_id, secret_encrypted, setup_expires_at) values (${v7()}, 'x', ${moment})`],
    ['lockouts', hour / 4 + 0.001, (moment) => testing.owner`insert into sessions.lockouts (subject, failures, last_failed_at, locked_until) values (${secretHash()}, 1, ${moment}, ${moment})`],
    ['reset_requests', hour + 0.001, (moment) => testing.owner`insert into sessions.reset_requests (address_hash, requested_at, latest_at) values (${secretHash()}, array[${moment}::timestamptz], ${moment})`],
    ['revocations', accessTokenTtlSeconds + 60, (moment) => testing.owner`insert into sessions.revocations (id, user_id, revoked_at) values (${v7()}, ${somebody}, ${moment})`],
  ];
  it.each(lapsing)('removes from %s what lapsed %s s ago, and nothing a millisecond before that', async (table, goneAfterSeconds, add) => {
    await add(at(-goneAfterSeconds + 0.001));
    await clean();
    expect(await countIn(table)).toBe(1);
    await add(at(-goneAfterSeconds));
    await clean();
    expect(await countIn(table)).toBe(1);
    clock.advanceSeconds(0.001);
    await clean();
    expect(await countIn(table)).toBe(0);
  });

  it('leaves a second factor that was confirmed, however old', async () => {
    await testing.owner`insert into sessions.second_factors (user_id, secret_encrypted, setup_expires_at, confirmed_at) values (${somebody}, 'x', ${at(-90 * day)}, ${at(-90 * day)})`;
    await clean();
    expect(await countIn('second_factors')).toBe(1);
  });

  it('wipes a successor when nobody may ask for it again, and leaves the token that names it', async () => {
    const [sessionId = ''] = await addSessions(1, at(30 * day));
    await addTokens([token(sessionId, at(day), { used_at: clock.now(), successor_encrypted: 'encrypted' })]);
    const kept = async () => (await testing.owner`select successor_encrypted as kept from sessions.refresh_tokens`)[0]?.['kept'];
    clock.advanceSeconds(10);
    await clean();
    expect(await kept()).toBe('encrypted');
    clock.advanceSeconds(0.001);
    await clean();
    expect(await kept()).toBeNull();
  });

  it('removes 2,500 rows in transactions of 1,000 at the most', async () => {
    const [sessionId = ''] = await addSessions(1, at(30 * day));
    await addTokens(Array.from({ length: 2_500 }, () => token(sessionId, at(-1), { used_at: at(-2) })));
    await addSessions(1_200, at(-1));
    const removed = await clean();
    expect(removed).toMatchObject({ refresh_tokens: 2_500, sessions: 1_200 });
    const calls = sent.filter(({ text }) => text.includes('sessions.remove_lapsed')).map(({ parameters }) => parameters);
    expect(calls.filter(([what]) => what === 'refresh_tokens')).toHaveLength(3);
    expect(calls.filter(([what]) => what === 'sessions')).toHaveLength(2);
    // As they travel: values the driver has written out.
    expect(new Set(calls.map(([, , rowsMax]) => String(rowsMax)))).toEqual(new Set(['1000']));
    expect(await countIn('sessions')).toBe(1);
  });

  it('lets a session go only after the last of its tokens, so that no deletion drags more rows along', async () => {
    const [sessionId = ''] = await addSessions(1, at(-1));
    await addTokens(Array.from({ length: 5 }, () => token(sessionId, at(-1), { used_at: at(-2) })));
    await testing.owner`select sessions.remove_lapsed('sessions', ${clock.now()}, 10)`;
    expect(await countIn('sessions')).toBe(1);
    expect(await clean(2)).toMatchObject({ refresh_tokens: 5, sessions: 1 });
  });

  it('done by two processes at once removes each row once, and neither fails', async () => {
    await addSessions(1_000, at(-1));
    const removed = await Promise.all([clean(100), clean(100)]);
    expect(removed.reduce((sum, { sessions = 0 }) => sum + sessions, 0)).toBe(1_000);
    expect(await countIn('sessions')).toBe(0);
  });

  it('is a job of a running graph, and leaves what lives: people stay signed in', async () => {
    const graph = await startGraph(testing.url, { clock });
    try {
      const { refreshToken } = await open(graph);
      await addSessions(3, at(-1));
      await testing.owner`select graphile_worker.add_job('sessions.clean_up')`;
      await eventually(() => countIn('sessions'), (count) => count === 1);
      expect((await refresh(graph, refreshToken)).code).toBeNull();
    } finally {
      await graph.stop();
    }
  });
});

describe('the months ahead of the logs', () => {
  const partitions = async (): Promise<string[]> =>
    (await testing.owner`select inhrelid::regclass::text as name from pg_inherits where inhparent in (select log from kith.monthly_logs) order by 1`).map(({ name }) => String(name));
  const dropLast = async (): Promise<string[]> => {
    const all = await partitions();
    const last = all.filter((name) => /events_\d|login_history_\d/.test(name)).toSorted().at(-1) ?? '';
    await testing.owner.unsafe(`drop table ${last}`);
    return all;
  };

  it('are made by the nightly job, which has no right to make them itself', async () => {
    const all = await dropLast();
    await expect(database.transaction({ userId: null, tenantId: null }, (tx) => tx.execute('select kith.make_months_ahead(1)'))).rejects.toThrow(/permission denied|Failed query/);
    await lookAhead({ database });
    expect(await partitions()).toEqual(all);
  });

  it('are left for the next night rather than hold up everybody behind somebody who reads for long', async () => {
    await dropLast();
    const reading = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const reader = testing.owner.begin(async (tx) => {
      await tx`select count(*) from sessions.login_history`;
      await tx`select count(*) from kith.events`;
      begun.resolve();
      await reading.promise;
    });
    await begun.promise;
    const startedAt = performance.now();
    await expect(lookAhead({ database })).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    reading.resolve();
    await reader;
    await lookAhead({ database });
  });
});
