import type { UserId } from '@kith/kernel/ids.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { eraseDue, previewDue } from '@kith/users/services/erasing.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import { recordKey } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { Canary } from './canaries.ts';
import { canariesIn, erasingSteps, plantCanaries, rowsToErase } from './canaries.ts';
import { cloneOf, dumpOf, withUsersOf } from './clones.ts';
import { startErasing } from './erasingProcess.ts';
import type { LivedIn } from './leaver.ts';
import { allDone, canaryEmail, canaryUsername, leaveTraces, liveIn, mailedRestoreToken } from './leaver.ts';

const day = 86_400_000;
const deletedAt = new Date();
const later = (days: number, milliseconds = 0) => testClock(new Date(deletedAt.getTime() + days * day + milliseconds));

// These rows go with others, whether or not it is their turn: their own steps only keep the batches small.
const takenAlong = new Map([
  ['refresh tokens', 'sessions'],
  ['deliveries', 'notifications'],
  ['presence', 'memberships'],
  ['directory', 'memberships'],
  ['role changes', 'memberships'],
]);

let deleted: TestDatabase;
let leaver: LivedIn;
let home: TestTenant;
let planted: Canary[];
let impact: { relations: { relation: string; rows: number; fate: string }[]; totalRows: number };

// Somebody has lived in Kith, has canaries planted everywhere, and is deleted. Every test takes a copy of that database.
beforeAll(async () => {
  deleted = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('platform_boss').withMembers(3).in(deleted);
  await deleted.owner`update users.people set platform_administrator = true where username = 'platform_boss'`;
  const graph = await startGraph(deleted.url, { clock: testClock(deletedAt), environment: generousLimits });
  leaver = await liveIn(graph, deleted, home);
  planted = await plantCanaries(deleted, leaver, (step) => !['deletion', 'jobs', 'account', 'failures'].includes(step));
  const { data } = await graph.ask('{ me { deletionImpact { relations { relation rows fate } totalRows } } }', {}, { token: leaver.token });
  impact = data.me.deletionImpact;
  const { errors } = await mutate(graph, 'userDelete', { confirmUsername: canaryUsername, reason: 'canary7reason' }, 'errors { code }', { token: leaver.token });
  expect(errors).toEqual([]);
  await mailedRestoreToken(deleted, canaryEmail);
  await allDone(deleted);
  await graph.stop();
  await leaveTraces(deleted, leaver);
  planted.push(...(await plantCanaries(deleted, leaver, (step) => ['deletion', 'account', 'failures'].includes(step))));
  const words = ['canary7address', 'canary7name', 'canary7referral', 'canary7label', 'canary7suspended', 'canary7agent', 'canary7reason', '192.0.2.77'];
  planted.push(...words.map((text) => ({ step: 'by use', column: text, text })));
}, 60_000);
afterAll(async () => {
  const again = await cloneOf(deleted);
  await again.drop();
});

const reportOf = async ({ owner }: TestDatabase) => {
  const [row] = await owner<{ report: { relation: string; rows: number; fate: string }[]; signed: string; steps: number }[]>`
    select (select jsonb_agg(jsonb_build_object('relation', r.relation, 'rows', r.row_count, 'fate', r.fate) order by r.relation, r.fate) from users.erased_rows(e.user_id) r) as report,
           e.signed, cardinality(e.steps_done) as steps
    from users.erasures e where e.user_id = ${leaver.id} and e.finished_at is not null`;
  return row;
};
/** A canary that is left where it was planted: mails that are left greet their person by name. */
const inItsPlace = ({ column }: Canary): string => `${column} in ${column.slice(0, column.lastIndexOf('.'))}`;
const eraseOn = (database: TestDatabase, clock = later(30, 1)) => withUsersOf(database, clock, (parts) => eraseDue(parts));

describe('erasing somebody', () => {
  it('has canaries to look for in every personal column that can hold one, and finds all of them before', async () => {
    const clone = await cloneOf(deleted);
    const found = canariesIn(await dumpOf(clone), planted);
    for (const { column } of planted) expect(found.some((line) => line.startsWith(`${column} in `)), column).toBe(true);
    expect(planted.length).toBeGreaterThan(60);
    for (const [step, rows] of await rowsToErase(clone, leaver, await erasingSteps(clone))) expect(rows, step).toBeGreaterThan(0);
    await clone.drop();
  });

  it('leaves nothing personal of them anywhere in the database', async () => {
    const clone = await cloneOf(deleted);
    expect(await eraseOn(clone)).toEqual([leaver.id]);
    expect(canariesIn(await dumpOf(clone), planted)).toEqual([]);
    expect([...(await rowsToErase(clone, leaver, await erasingSteps(clone)))].filter(([, rows]) => rows > 0)).toEqual([]);
    const [row] = await clone.owner`select p.email, p.username, p.status, f.display_name from users.people p join users.profiles f on f.user_id = p.id where p.id = ${leaver.id}`;
    expect(row).toEqual({ email: `erased-${leaver.id}@erased.invalid`, username: `deleted_${leaver.id.slice(-12)}`, status: 'DELETED', display_name: 'Deleted user' });
    await clone.drop();
  });

  it('leaves the points of everybody balanced, under an id that leads nowhere', async () => {
    const clone = await cloneOf(deleted);
    await eraseOn(clone);
    const [sum] = await clone.owner`select count(*)::int as entries, coalesce(sum(amount), 0)::float as sum from gamification.entries`;
    expect(sum).toMatchObject({ sum: 0 });
    expect(await clone.owner`select 1 from gamification.players where user_id = ${leaver.id}`).toHaveLength(1);
    expect(await clone.owner`select follower_count, following_count from users.people where username = 'member1'`).toEqual([{ follower_count: 0, following_count: 0 }]);
    await clone.drop();
  });

  it.each([0, 1])('without half of its steps leaves the canaries of these behind, and no others: each step is needed, and seen to be (%i)', async (half) => {
    const clone = await cloneOf(deleted);
    const erasing = await erasingSteps(clone);
    const steps = [...new Set([...planted.map(({ step }) => step), ...erasing.map(({ step }) => step)])].filter((step) => step !== 'by use');
    const leftOut = steps.filter((step, index) => index % 2 === half && !takenAlong.has(step));
    leftOut.push(...steps.filter((step) => leftOut.includes(takenAlong.get(step) ?? '')));
    await clone.owner`delete from kith.personal_rows where step = any (${leftOut})`;
    await eraseOn(clone);
    const left = canariesIn(await dumpOf(clone), planted.filter(({ step }) => step !== 'by use'));
    const rows = await rowsToErase(clone, leaver, erasing);
    const found = steps.filter((step) => (rows.get(step) ?? 0) > 0 || planted.some((canary) => canary.step === step && left.includes(inItsPlace(canary))));
    expect(found.toSorted()).toEqual(leftOut.toSorted());
    await clone.drop();
  });

  it('is refused by the database to whoever was not deleted more than 30 days before, also by a process that means to', async () => {
    const clone = await cloneOf(deleted);
    expect(await eraseOn(clone, later(30))).toEqual([]);
    expect(await eraseOn(clone, later(29))).toEqual([]);
    const boss = home.people['boss']?.id ?? '';
    const at = later(30, 1).now();
    const erase = (id: string) => clone.owner`select kith.erase_rows(${id}, 'profile', ${at}, 10, '{}')`.then(() => 'ERASED', (error: { constraint_name?: string }) => error.constraint_name);
    expect([await erase(boss), await erase(leaver.id)]).toEqual(['erasure_is_due', 'ERASED']);
    await clone.drop();
  });

  it('reports what it did, signed, to administrators of the platform alone', async () => {
    const clone = await cloneOf(deleted);
    await eraseOn(clone);
    const graph = await startGraph(clone.url, { clock: later(30, 2) });
    const query = 'query ($id: ID!) { erasureReport(userId: $id) { userId startedAt completedAt relations { relation rows fate } signed } }';
    const ask = async (username: string) => graph.ask(query, { id: leaver.id }, { token: await graph.signIn(username, { password: testPassword }) });
    const { data } = await ask('platform_boss');
    const { signed, ...report } = data.erasureReport;
    expect(await recordKeys(recordKey).verify(signed)).toEqual({ kind: 'kith.erasure', ...report });
    expect((await ask('boss')).errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect((await graph.ask(query, { id: leaver.id })).errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    await expect(graph.signIn(canaryEmail, { password: testPassword })).rejects.toThrow('INVALID_CREDENTIALS');
    await graph.stop();
    await clone.drop();
  });

  it('does what was said it would: at the last moment, and when the account was still there', async () => {
    const clone = await cloneOf(deleted);
    const [preview] = await withUsersOf(clone, later(30, 1), (parts) => previewDue(parts));
    await eraseOn(clone);
    const report = (await reportOf(clone))?.report ?? [];
    const summed = new Map<string, number>();
    for (const { relation, fate, rows } of preview?.relations ?? []) summed.set(`${relation} ${fate}`, (summed.get(`${relation} ${fate}`) ?? 0) + rows);
    expect(Object.fromEntries(report.map(({ relation, fate, rows }) => [`${relation} ${fate}`, rows]))).toEqual(Object.fromEntries(summed));
    // Leaving is written down itself, and traces were left afterwards: in these there is more than before.
    const written = ['graphile_worker._private_jobs', 'kith.events', 'users.mails', 'users.status_changes', 'users.deletions', 'tenants.audit_entries', 'sessions.revocations', 'sessions.lockouts'];
    const told = (relations: typeof report) => relations.filter(({ relation }) => !written.includes(relation));
    expect(told(impact.relations)).toEqual(told(report));
    await clone.drop();
  });

  it('by two processes at once is done once', async () => {
    const clone = await cloneOf(deleted);
    const alone = await cloneOf(deleted);
    await Promise.all([eraseOn(clone), eraseOn(clone), eraseOn(clone)]);
    await eraseOn(alone);
    expect((await reportOf(clone))?.report).toEqual((await reportOf(alone))?.report);
    expect(await clone.owner`select 1 from kith.events where user_id = ${leaver.id} and name = 'user.erased'`).toHaveLength(1);
    await clone.drop();
    await alone.drop();
  });

  it('killed again and again ends as if it had not been', { timeout: 60_000 }, async () => {
    const clone = await cloneOf(deleted);
    const alone = await cloneOf(deleted);
    await eraseOn(alone);
    for (const batches of [1, 4, 9, 16]) {
      const process = await startErasing(clone, later(30, 1).now());
      await process.batches(batches);
      await process.kill();
      expect(await reportOf(clone)).toBeUndefined();
    }
    expect(await eraseOn(clone)).toEqual([leaver.id]);
    expect((await reportOf(clone))?.report).toEqual((await reportOf(alone))?.report);
    expect(canariesIn(await dumpOf(clone), planted)).toEqual([]);
    await clone.drop();
    await alone.drop();
  });

  it('keeps nobody from being erased who comes behind somebody that cannot be', async () => {
    const clone = await cloneOf(deleted);
    const [other] = await clone.owner<{ id: UserId }[]>`update users.people set status = 'DELETED', deleted_at = ${deletedAt} where username = 'member3' returning id`;
    await clone.owner`insert into users.deletions ${clone.owner({ user_id: other?.id ?? '', deleted_at: new Date(deletedAt.getTime() - day), status_before: 'ACTIVE' })}`;
    await clone.owner.unsafe(`create function users.stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
      create trigger stuck before update on users.profiles for each row when (old.user_id = '${other?.id}') execute function users.stuck()`);
    await expect(eraseOn(clone)).rejects.toThrow('1 people could not be erased');
    expect(await reportOf(clone)).toBeDefined();
    await clone.drop();
  });
});
