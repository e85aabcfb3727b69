import { readCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { checkpointAudit } from '@kith/tenants/services/checkpointingAudit.ts';
import type { TenantsParts } from '@kith/tenants/tenantsParts.ts';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docPage } from '../docs/pages.ts';
import { testEnvironment } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestLog } from './auditActs.ts';
import { aLog, partsOfTenants, records } from './auditActs.ts';

// Whoever owns the database may do everything with it, but does not have the key.
let database: TestDatabase;
let owner: postgres.Sql;
let users: Database;
let parts: TenantsParts;
let logged: ReturnType<typeof partsOfTenants>['logged'];
const clock = testClock();

beforeAll(async () => {
  database = await testDatabase('migrated');
  owner = database.owner;
  users = configuredDatabase(parseConfig(testEnvironment(database.url), []), 'users');
  ({ parts, logged } = partsOfTenants(database, clock));
});
afterAll(async () => {
  await Promise.all([users.close(), parts.database.close()]);
  await database.drop();
});

/** A log of nine entries, signed for behind the fifth. */
async function aSignedLog(): Promise<TestLog> {
  const log = await aLog(database, users);
  await log.append(5);
  await checkpointAudit(parts);
  await log.append(4);
  expect(await log.verify()).toMatchObject({ entries: 9, checkpoints: 1, difference: null });
  return log;
}

const cut = (tenantId: string, from: number) => owner`delete from tenants.audit_entries where tenant_id = ${tenantId} and seq >= ${from}`;
const headTo = (tenantId: string, seq: number) =>
  owner`update tenants.audit_heads set seq = ${seq}, digest = (select digest from tenants.audit_entries where tenant_id = ${tenantId} and seq = ${seq}) where tenant_id = ${tenantId}`;

describe('an entry', () => {
  it.each([
    ['who did it', 'actor_id = gen_random_uuid()'],
    ['that nobody did it', 'actor_id = null'],
    ['in whose name', 'impersonator_id = gen_random_uuid()'],
    ['when', `occurred_at = occurred_at + interval '1 millisecond'`],
    ['what', `action = 'user.reinstate'`],
    ['to what kind', `target_type = 'tenant'`],
    ['to whom', `target_id = 'x'`],
    ['in which request', `request_id = 'x'`],
    ['under which id', 'id = gen_random_uuid()'],
    ['what was before', `before = '{"status":"BANNED","reason":null}'`],
    ['one value in what was before', `before = jsonb_set(before, '{reason}', '""')`],
    ['that there was nothing before', 'before = null'],
    ['what is after', `after = after || '{"more":1}'`],
    ['where from', `ip_address = '2001:db8::18'`],
    ['the net it was done from', `ip_address = '2001:db8::17/64'`],
    ['what with', 'user_agent = null'],
    ['its digest', `digest = decode(repeat('01', 32), 'hex')`],
    ['the digest of what changed', `payload_digest = decode(repeat('01', 32), 'hex')`],
    ['the digest of where from', `origin_digest = decode(repeat('01', 32), 'hex')`],
    ['what was before, as if it had been redacted', `before = '{"status":"BANNED"}', redacted_at = now()`],
    ['what was before, its origin taken out as if lawfully', `before = '{"status":"BANNED"}', ip_address = null, user_agent = null, redacted_at = now()`],
    ['what was before, with a digest taken from another entry', 'before = null, after = null, payload_digest = digest'],
  ])('that was edited, in %s, is found and named', async (_, change) => {
    const log = await aSignedLog();
    await owner.unsafe(`update tenants.audit_entries set ${change} where tenant_id = '${log.tenantId}' and seq = 4`);
    expect(await log.difference()).toEqual({ kind: 'ENTRY_EDITED', seq: 4 });
    expect((await log.verify()).difference?.what).toMatch(/^entry 4 \([0-9a-f-]+\) was edited/);
  });

  it('that was removed from the middle is found, and how many', async () => {
    const log = await aSignedLog();
    await owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq in (6, 7)`;
    expect((await log.verify()).difference).toMatchObject({ kind: 'ENTRY_REMOVED', seq: 6, what: 'entries 6 to 7 are missing' });
  });

  it('that was removed, the rest moved up, is found', async () => {
    const log = await aSignedLog();
    await owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq = 6`;
    // In two steps: entries of one moment are in each other's way, in whatever order they are written.
    await owner`update tenants.audit_entries set seq = seq + 1000 where tenant_id = ${log.tenantId} and seq > 6`;
    await owner`update tenants.audit_entries set seq = seq - 1001 where tenant_id = ${log.tenantId} and seq > 1000`;
    expect(await log.difference()).toEqual({ kind: 'ENTRY_EDITED', seq: 6 });
  });

  it.each([
    ['earlier than', '-'],
    ['later than', '+'],
  ])('that was put in %s the one at its number is found, and which it is', async (_, sign) => {
    const log = await aSignedLog();
    const [put] = await owner.unsafe<{ id: string }[]>(`
      insert into tenants.audit_entries (id, tenant_id, occurred_at, action, target_type, target_id, request_id, seq, digest, payload_digest, origin_digest)
      select gen_random_uuid(), tenant_id, occurred_at ${sign} interval '1 second', 'user.praise', target_type, target_id, request_id, seq, digest, payload_digest, origin_digest
      from tenants.audit_entries where tenant_id = '${log.tenantId}' and seq = 7 returning id`);
    expect((await log.verify()).difference).toMatchObject({ kind: 'ENTRY_INSERTED', seq: 7, entryId: put?.id });
  });

  it.each([
    ['put in beside the chain', 'gen_random_uuid()', ''],
    ['put in beside the chain, to stand for one that was removed', 'gen_random_uuid()', 'delete'],
  ])('that was %s is found', async (_, id, removing) => {
    const log = await aSignedLog();
    await owner.unsafe(`insert into tenants.audit_entries (id, tenant_id, occurred_at, action, target_type, target_id, request_id)
      select ${id}, tenant_id, occurred_at, action, target_type, target_id, request_id from tenants.audit_entries where tenant_id = '${log.tenantId}' and seq = 7`);
    if (removing !== '') await owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq = 7`;
    expect((await log.difference())?.kind).toBe(removing === '' ? 'ENTRY_INSERTED' : 'ENTRY_REMOVED');
  });

  it('that was moved to the log of another tenant is found in both', async () => {
    const [log, other] = [await aSignedLog(), await aSignedLog()];
    await owner`delete from tenants.audit_entries where tenant_id = ${other.tenantId} and seq = 4`;
    await owner`update tenants.audit_entries set tenant_id = ${other.tenantId} where tenant_id = ${log.tenantId} and seq = 4`;
    expect([await log.difference(), await other.difference()]).toEqual([{ kind: 'ENTRY_REMOVED', seq: 4 }, { kind: 'ENTRY_EDITED', seq: 4 }]);
  });
});

describe('the beginning', () => {
  it('that was removed is found', async () => {
    const log = await aSignedLog();
    await owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq <= 3`;
    expect((await log.verify()).difference).toMatchObject({ kind: 'BEGINNING_REMOVED', seq: 1, what: expect.stringMatching(/^entries 1 to 3 are missing from the beginning/) });
  });

  it('that was removed as far as a checkpoint of another kind is found: that a log came this far is no leave to remove it', async () => {
    const log = await aSignedLog();
    await owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq <= 5`;
    expect(await log.difference()).toEqual({ kind: 'BEGINNING_REMOVED', seq: 1 });
    await owner`update tenants.audit_checkpoints set kind = 'PRUNED' where tenant_id = ${log.tenantId}`;
    expect(await log.difference()).toEqual({ kind: 'CHECKPOINT_FORGED', seq: 5 });
  });
});

describe('the end', () => {
  it('that was cut off is found by the head', async () => {
    const log = await aSignedLog();
    await cut(log.tenantId, 8);
    expect((await log.verify()).difference).toMatchObject({ kind: 'TAIL_CUT', seq: 8, what: 'entries 8 to 9 are missing at the end: the head says that the log reached 9' });
  });

  it('that was cut off, the head mended as well as it goes, is found by the head', async () => {
    const log = await aSignedLog();
    await headTo(log.tenantId, 7);
    await cut(log.tenantId, 8);
    expect(await log.difference()).toEqual({ kind: 'HEAD_EDITED', seq: 7 });
  });

  it('that was cut off, the head thrown away or begun anew, is found', async () => {
    const thrown = await aSignedLog();
    await cut(thrown.tenantId, 6);
    await owner`delete from tenants.audit_heads where tenant_id = ${thrown.tenantId}`;
    expect(await thrown.difference()).toEqual({ kind: 'HEAD_EDITED', seq: 5 });
    const begun = await aSignedLog();
    await owner`update tenants.audit_heads set seq = 0, digest = decode(repeat('00', 32), 'hex'), mac = null where tenant_id = ${begun.tenantId}`;
    expect(await begun.difference()).toEqual({ kind: 'HEAD_EDITED', seq: 9 });
    await cut(begun.tenantId, 1);
    expect(await begun.difference()).toEqual({ kind: 'TAIL_CUT', seq: 1 });
  });

  it('that was cut off before a checkpoint is found by it, though an old head was put back', async () => {
    const log = await aLog(database, users);
    await log.append(4);
    const [old] = await owner`select seq, digest, mac from tenants.audit_heads where tenant_id = ${log.tenantId}`;
    await log.append(3);
    await checkpointAudit(parts);
    await owner`update tenants.audit_heads set ${owner(old ?? {})} where tenant_id = ${log.tenantId}`;
    expect((await log.verify()).difference).toMatchObject({ kind: 'HEAD_EDITED', what: expect.stringContaining('an older one that was put back') });
    await cut(log.tenantId, 5);
    expect((await log.verify()).difference).toMatchObject({ kind: 'TAIL_CUT', what: expect.stringContaining('a signed checkpoint says') });
    // With the checkpoint gone as well the database says nothing any more. What was shipped in the log does.
    const anchors = logged.flatMap(({ jws, tenantId }) => (tenantId === log.tenantId && jws !== undefined ? [jws] : []));
    const [anchor] = await Promise.all(anchors.map((jws) => readCheckpoint(records, jws)));
    await owner`delete from tenants.audit_checkpoints where tenant_id = ${log.tenantId}`;
    expect(await log.difference()).toBeNull();
    if (anchor === null || anchor === undefined) throw new Error('nothing was shipped');
    expect(await log.difference({ anchors: [anchor] })).toEqual({ kind: 'TAIL_CUT', seq: 5 });
    // And when the log goes on from there, another entry stands where the signed one stood.
    await log.append(6);
    expect(await log.difference()).toBeNull();
    expect(await log.difference({ anchors: [anchor] })).toEqual({ kind: 'HISTORY_REPLACED', seq: 7 });
  });
});

describe('a checkpoint', () => {
  it.each([
    ['another number', 'seq = 6'],
    ['another digest', `digest = decode(repeat('01', 32), 'hex')`],
    ['another kind', `kind = 'PRUNED'`],
    ['another time', `made_at = made_at + interval '1 hour'`],
    ['no signature', `jws = 'x'`],
    ['a changed signature', `jws = left(jws, -4) || 'AAAA'`],
    ['a changed text', `jws = overlay(jws placing 'x' from position('.' in jws) + 5)`],
  ])('that was given %s is found', async (_, change) => {
    const log = await aSignedLog();
    await owner.unsafe(`update tenants.audit_checkpoints set ${change} where tenant_id = '${log.tenantId}'`);
    expect((await log.difference())?.kind).toBe('CHECKPOINT_FORGED');
  });

  it('of another tenant, another key or another record does not stand for one', async () => {
    const [log, other] = [await aSignedLog(), await aSignedLog()];
    const [{ jws, digest } = { jws: '', digest: Buffer.alloc(32) }] = await owner<{ jws: string; digest: Buffer }[]>`select jws, digest from tenants.audit_checkpoints where tenant_id = ${other.tenantId}`;
    const payload = { record: 'audit-checkpoint', kind: 'PERIODIC', tenantId: log.tenantId, seq: 5, digest: digest.toString('hex'), at: new Date().toISOString() };
    const forgeries = [jws, await recordKeys('some other key, also long enough to be one').sign(payload), await records.sign({ ...payload, record: 'erasure' })];
    for (const forged of forgeries) {
      await owner`update tenants.audit_checkpoints set jws = ${forged}, digest = ${digest} where tenant_id = ${log.tenantId}`;
      expect(await log.difference()).toEqual({ kind: 'CHECKPOINT_FORGED', seq: 5 });
    }
  });
});

describe('a log that is begun anew as docs/operating.md says', () => {
  it('goes on with another key, and what was in it is counted and not vouched for', async () => {
    const log = await aSignedLog();
    const statements = /begin;\n([^]*?)commit;/.exec(docPage('docs/operating.md').text)?.[1] ?? '';
    expect(statements).toContain('update tenants.audit_entries');
    await owner.unsafe(statements.replaceAll('…', log.tenantId));
    await log.append(2);
    expect(await log.verify()).toMatchObject({ entries: 2, unchained: 9, checkpoints: 0, difference: null });
  });
});

describe('signing for the logs', () => {
  it('is done for those that moved, once, and shipped in the log', async () => {
    const [log, still] = [await aSignedLog(), await aSignedLog()];
    await checkpointAudit(parts);
    logged.length = 0;
    await log.append(1);
    await Promise.all([checkpointAudit(parts), checkpointAudit(parts)]);
    const shipped = logged.filter(({ msg }) => msg === 'audit checkpoint');
    expect(shipped.map(({ tenantId }) => tenantId)).toEqual([log.tenantId]);
    expect(await readCheckpoint(records, shipped[0]?.jws ?? '')).toMatchObject({ kind: 'PERIODIC', tenantId: log.tenantId, seq: 10, at: clock.now() });
    expect([(await log.verify()).checkpoints, (await still.verify()).checkpoints]).toEqual([3, 2]);
  });

  it('goes past a head that was edited, which it does not sign, to the others', async () => {
    const logs = await Promise.all(Array.from({ length: 3 }, () => aLog(database, users)));
    await Promise.all(logs.map((log) => log.append(2)));
    const [edited, ...others] = logs;
    if (edited === undefined) throw new Error('there is none');
    await headTo(edited.tenantId, 1);
    logged.length = 0;
    await checkpointAudit(parts);
    const signed = logged.filter(({ msg }) => msg === 'audit checkpoint').map(({ tenantId }) => tenantId);
    expect(signed).toEqual(expect.arrayContaining(others.map(({ tenantId }) => tenantId)));
    expect(signed).not.toContain(edited.tenantId);
    expect(logged).toContainEqual(expect.objectContaining({ tenantId: edited.tenantId, msg: 'the head of an audit log was edited; it is not signed' }));
  });
});
