import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { pruneOldAudit } from '@kith/tenants/services/pruningOldAudit.ts';
import { applyRetention } from '@kith/users/services/applyingRetention.ts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEnvironment } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant } from '../harness/world.ts';
import type { TestLog } from '../tenants/auditActs.ts';
import { aLog, brokenLogs, partsOfTenants } from '../tenants/auditActs.ts';
import { withUsersOf } from './clones.ts';

const day = 86_400_000;
const start = new Date();
const daysAhead = (days: number) => testClock(new Date(start.getTime() + days * day));
let database: TestDatabase;
let userId: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  const home = await aTenant('home').withAdmin('boss').in(database);
  userId = home.people['boss']?.id ?? '';
});
afterAll(() => database.drop());

const pruneOld = async (days: number, trial: boolean): Promise<number> => {
  const { parts } = partsOfTenants(database, daysAhead(days));
  try {
    return (await pruneOldAudit(parts, { trial })).rows;
  } finally {
    await parts.database.close();
  }
};
const apply = (days: number, trial = false) =>
  withUsersOf(database, daysAhead(days), async (parts) => Object.fromEntries((await applyRetention(parts, { trial })).filter(({ rows }) => rows > 0).map(({ kind, rows }) => [kind, rows])));

async function fill(): Promise<void> {
  const { owner } = database;
  const events = Array.from({ length: 3 }, () => v7());
  await owner`insert into sessions.login_history ${owner(Array.from({ length: 2_500 }, () => ({ id: v7(), occurred_at: start, user_id: userId, failure: 'WRONG_PASSWORD' })))}`;
  await owner`insert into sessions.alerts ${owner(Array.from({ length: 1_000 }, () => ({ id: v7(), user_id: userId, kind: 'NEW_IP_LOGIN', severity: 'LOW', raised_at: start })))}`;
  await owner`insert into kith.events ${owner(events.map((id) => ({ id, name: 'user.updated', version: 1, occurred_at: start, payload: owner.json({ fields: [] }), request_id: 'x' })))}`;
  await owner`insert into kith.handled_events ${owner(events.map((id) => ({ consumer: 'x', event_id: id, handled_at: start })))}`;
  await owner`insert into users.mails ${owner([
    { id: v7(), recipient: 'a@b.example', template: 't', subject: 's', state: 'SENT', queued_at: start, settled_at: start },
    { id: v7(), recipient: 'a@b.example', template: 't', subject: 's', state: 'QUEUED', queued_at: start, settled_at: null },
  ])}`;
}

describe('what is older than its policy says', () => {
  it('is counted by a trial, which removes nothing, and removed by a run, exactly as counted', async () => {
    await fill();
    for (const [days, expected] of [[30, {}], [31, { mails: 1 }], [90, {}], [91, { events: 3, handled_events: 3 }], [400, {}], [401, { login_history: 2_500, alerts: 1_000 }]] as const) {
      expect([days, await apply(days, true)]).toEqual([days, expected]);
      expect([days, await apply(days, true)]).toEqual([days, expected]);
      expect([days, await apply(days)]).toEqual([days, expected]);
      expect([days, await apply(days, true)]).toEqual([days, {}]);
    }
    expect(await database.owner`select state from users.mails`).toEqual([{ state: 'QUEUED' }]);
  });

  it('is never forgotten to have been acted on while the event is kept', async () => {
    await fill();
    await database.owner`update kith.retention_policies set keep_days = 10 where kind = 'handled_events'`;
    expect(await apply(30, true)).toEqual({});
    await database.owner`update kith.retention_policies set keep_days = 90 where kind = 'handled_events'`;
  });

  it('is removed by two runs at once as by one', async () => {
    await fill();
    const counted = await apply(401, true);
    const [one, other] = await Promise.all([apply(401), apply(401)]);
    expect((one['login_history'] ?? 0) + (other['login_history'] ?? 0)).toBe(counted['login_history']);
  });
});

describe('an audit log that is older than its policy says', () => {
  let users: Database;
  beforeAll(() => {
    users = configuredDatabase(parseConfig(testEnvironment(database.url), []), 'users');
  });
  afterAll(() => users.close());
  const young = new Date(start.getTime() + 10 * day);

  it('goes from its beginning, exactly as a trial counts, in every tenant, and every chain still holds', async () => {
    const logs = [await aLog(database, users), await aLog(database, users), await aLog(database, users)];
    const [long, broken, fresh] = logs as [TestLog, TestLog, TestLog]; // three were made
    await long.append(1_005, { at: start });
    await long.append(2, { at: young });
    await long.append(3, { at: start }); // behind a younger one: these stay
    await broken.append(4, { at: start });
    await fresh.append(2, { at: young });
    await database.owner`update tenants.audit_entries set action = 'user.praise' where tenant_id = ${broken.tenantId} and seq = 2`;
    expect(await pruneOld(730, true)).toBe(0);
    expect(await pruneOld(731, true)).toBe(1_009);
    // What does not hold is not taken out, and holds up no other.
    await expect(pruneOld(731, false)).rejects.toThrow(`1 audit logs could not be shortened: nothing is taken out of the audit log of tenant ${broken.tenantId}`);
    expect(await long.verify()).toMatchObject({ entries: 5, prunedTo: 1_005, difference: null });
    expect(await fresh.verify()).toMatchObject({ entries: 2, prunedTo: 0, difference: null });
    await database.owner`update tenants.audit_entries set action = 'user.suspend' where tenant_id = ${broken.tenantId} and seq = 2`;
    expect([await pruneOld(731, true), await pruneOld(731, false), await pruneOld(731, true)]).toEqual([4, 4, 0]);
    expect(await broken.verify()).toMatchObject({ entries: 0, prunedTo: 4, difference: null });
    await long.append(1, { at: young });
    expect(await brokenLogs(database)).toEqual([]);
  });

  it('by two runs at once goes once', async () => {
    const log = await aLog(database, users);
    await log.append(20, { at: start });
    const removed = await Promise.all([pruneOld(731, false), pruneOld(731, false)]);
    expect(removed[0] + removed[1]).toBe(20);
    expect(await brokenLogs(database)).toEqual([]);
  });
});

describe('the command', () => {
  const run = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
    const command = promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../start/retentionCommand.ts'), ...words], {
      env: { PATH: process.env['PATH'], ...testEnvironment(database.url) },
    });
    return command.then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout, err: error.stderr }),
    );
  };

  it('lists, changes and applies the policies, for people and for programs', { timeout: 60_000 }, async () => {
    expect((await run('list')).out).toContain('400 days  login_history');
    expect(await run('set', 'login_history', '10', '--json')).toMatchObject({ code: 0, out: '{"kind":"login_history","keepDays":10}\n' });
    const { policies } = JSON.parse((await run('list', '--json')).out) as { policies: object[] };
    expect(policies).toContainEqual({ kind: 'login_history', keepDays: 10 });
    await database.owner`insert into sessions.login_history ${database.owner({ id: v7(), occurred_at: new Date(start.getTime() - 11 * day), user_id: userId, failure: 'WRONG_PASSWORD' })}`;
    const counted = JSON.parse((await run('run', '--dry-run', '--json')).out) as { trial: boolean; kinds: { kind: string; rows: number }[] };
    expect(counted).toMatchObject({ trial: true, kinds: expect.arrayContaining([{ kind: 'login_history', keepDays: 10, rows: 1 }]) });
    expect((await run('run')).out).toMatch(/1 {2}login_history, older than 10 days/);
    expect((await run('run', '--json')).out).toContain('{"kind":"login_history","keepDays":10,"rows":0}');
  });

  it('covers the audit logs, which go with a signature', { timeout: 60_000 }, async () => {
    expect((await run('list')).out).toContain('730 days  audit_entries');
    const users = configuredDatabase(parseConfig(testEnvironment(database.url), []), 'users');
    const log = await aLog(database, users);
    await log.append(3, { at: new Date(start.getTime() - 31 * day) });
    await log.append(1, { at: start });
    await users.close();
    expect((await run('set', 'audit_entries', '30')).code).toBe(0);
    expect((await run('run', '--dry-run', '--json')).out).toContain('{"kind":"audit_entries","keepDays":30,"rows":3}');
    expect((await run('run')).out).toMatch(/3 {2}audit_entries, older than 30 days/);
    expect(await log.verify()).toMatchObject({ entries: 1, prunedTo: 3, difference: null });
  });

  it.each([
    [['set', 'nothing', '10'], 'There is no kind of record called nothing'],
    [['set', 'mails', '0'], 'whole number from 1 to 3650'],
    [['set', 'mails', 'ten'], 'whole number from 1 to 3650'],
    [['forget'], 'unknown command'],
  ])('refuses %j with a code and a line', { timeout: 60_000 }, async (words, message) => {
    const { code, err } = await run(...words);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

it('nobody who serves requests can change for how long what is kept', async () => {
  const attempt = database.owner.begin((tx) => [tx`set local role kith_users`, tx`update kith.retention_policies set keep_days = 1`]);
  await expect(attempt).rejects.toThrow('permission denied');
});
