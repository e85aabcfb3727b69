import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { checkpointAudit } from '@kith/tenants/services/checkpointingAudit.ts';
import { pruneAudit } from '@kith/tenants/services/pruningAudit.ts';
import type { TenantsParts } from '@kith/tenants/tenantsParts.ts';
import { sql } from 'drizzle-orm';
import type postgres from 'postgres';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEnvironment } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant } from '../harness/world.ts';
import type { TestLog } from './auditActs.ts';
import { aLog, partsOfTenants } from './auditActs.ts';

const clock = testClock();
let database: TestDatabase;
let owner: postgres.Sql;
let users: Database;
let parts: TenantsParts;

beforeAll(async () => {
  database = await testDatabase('migrated');
  owner = database.owner;
  users = configuredDatabase(parseConfig(testEnvironment(database.url), []), 'users');
  ({ parts } = partsOfTenants(database, clock));
});
afterAll(async () => {
  await Promise.all([users.close(), parts.database.close()]);
  await database.drop();
});

describe('taking out what is somebody\'s own', () => {
  /** What the erasure of somebody does to the logs. */
  const redact = async (userId: string, rowsMax = 100) => {
    const [row] = await owner<{ redacted: number }[]>`select kith.erase_rows(${userId}, 'audit', ${clock.now()}, ${rowsMax}, '{}') as redacted`;
    return row?.redacted;
  };
  /** Somebody who was deleted long enough ago. */
  const somebodyGone = async (name: string): Promise<string> => {
    const { people } = await aTenant(`home-of-${name}`).withMember(name).in(database);
    const longAgo = new Date(clock.now().getTime() - 31 * 86_400_000);
    const id = people[name]?.id ?? '';
    await owner`update users.people set status = 'DELETED', deleted_at = ${longAgo} where id = ${id}`;
    return id;
  };
  const everythingKept = async () => (await owner<{ row: string }[]>`select e::text as row from tenants.audit_entries e`).map(({ row }) => row).join('\n');

  it('leaves the chains whole, and the payload nowhere, in every tenant', async () => {
    const [ada, bob] = [await somebodyGone('ada'), v7()];
    const logs = [await aLog(database, users), await aLog(database, users)];
    for (const log of logs) {
      await log.append(2, { targetId: ada, before: { reason: 'ada did it' }, after: { reason: 'ada again' } }, bob);
      await log.append(2, { targetId: bob, before: { reason: 'bob did it' }, client: { address: '192.0.2.77', userAgent: 'Ada/1.0' } }, ada);
      await log.append(1, { impersonatorId: ada as never, client: { address: '192.0.2.78', userAgent: 'Ada/2.0' } }, bob); // an id like any
      await log.append(1, { targetType: 'membership', targetId: ada, before: { reason: 'not about ada' } }, bob);
    }
    expect(await everythingKept()).toMatch(/ada did it[^]*Ada\/1\.0/);
    expect([await redact(ada, 4), await redact(ada, 4), await redact(ada, 4), await redact(ada, 4)]).toEqual([4, 4, 2, 0]);
    expect(await everythingKept()).not.toMatch(/ada did it|ada again|192\.0\.2\.7|Ada\//);
    for (const other of ['bob did it', 'not about ada']) expect(await everythingKept()).toContain(other);
    // Nor can it be recognised: what was the same has a digest of its own in each entry.
    const [distinct] = await owner`select count(distinct origin_digest)::int as origins, count(distinct payload_digest)::int as payloads, count(*)::int as entries from tenants.audit_entries`;
    expect(distinct).toEqual({ origins: 12, payloads: 12, entries: 12 });
    for (const log of logs) expect(await log.verify()).toMatchObject({ entries: 6, redacted: 5, difference: null });
    const [entry] = await owner`select actor_id, action, target_id, redacted_at from tenants.audit_entries where target_id = ${ada} and target_type = 'user' limit 1`;
    expect(entry).toEqual({ actor_id: bob, action: 'user.suspend', target_id: ada, redacted_at: clock.now() });
  });

  it('hides no other edit: what is left of the entry is checked like any', async () => {
    const log = await aLog(database, users);
    const ada = await somebodyGone('alan');
    await log.append(3, { targetId: ada });
    await redact(ada);
    await owner`update tenants.audit_entries set ip_address = '192.0.2.1' where tenant_id = ${log.tenantId} and seq = 2`;
    expect(await log.difference()).toEqual({ kind: 'ENTRY_EDITED', seq: 2 });
  });

  it('goes by an index for each reason, however many entries there are', async () => {
    await owner.begin(async (tx) => {
      await tx`set local enable_seqscan = off`;
      for (const condition of [`target_type = 'user' and target_id = 'x'`, `actor_id = gen_random_uuid()`, 'impersonator_id = gen_random_uuid()']) {
        const plan = (await tx.unsafe(`explain select from tenants.audit_entries where ${condition}`)).map((row) => String(row['QUERY PLAN'])).join('\n');
        expect(plan, condition).not.toContain('Seq Scan');
      }
    });
  });
});

describe('taking out what is old', () => {
  const day = 86_400_000;
  const old = new Date(clock.now().getTime() - 10 * day);
  const limit = new Date(clock.now().getTime() - 5 * day);

  /** Six old entries and three young ones. */
  async function aGrownLog(): Promise<TestLog> {
    const log = await aLog(database, users);
    await log.append(6, { at: old });
    await checkpointAudit(parts);
    await log.append(3, { at: clock.now() });
    return log;
  }
  const prune = (log: TestLog, rowsMax = 100, before = limit) => pruneAudit(parts, log.tenantId, before, rowsMax);

  it('takes the oldest, so many at a time, and leaves the chain whole', async () => {
    const log = await aGrownLog();
    expect([await prune(log, 4), (await log.verify()).prunedTo]).toEqual([4, 4]);
    expect(await log.verify()).toMatchObject({ entries: 5, prunedTo: 4, difference: null });
    expect([await prune(log, 4), await prune(log, 4)]).toEqual([2, 0]);
    expect(await log.verify()).toMatchObject({ entries: 3, prunedTo: 6, checkpoints: 3, difference: null });
    await log.append(1);
    expect(await log.verify()).toMatchObject({ entries: 4, difference: null });
  });

  it('that takes all of a log leaves a place for it to go on from', async () => {
    const log = await aGrownLog();
    expect(await prune(log, 100, new Date(clock.now().getTime() + day))).toBe(9);
    expect(await log.verify()).toMatchObject({ entries: 0, prunedTo: 9, difference: null });
    await log.append(2);
    expect(await log.verify()).toMatchObject({ entries: 2, difference: null });
  });

  it('ends at the first young one, though there are older ones behind it', async () => {
    const log = await aGrownLog();
    await log.append(2, { at: old });
    expect(await prune(log)).toBe(6);
    expect(await log.verify()).toMatchObject({ entries: 5, difference: null });
  });

  it('by several at once is done once', async () => {
    const log = await aGrownLog();
    const counts = await Promise.all(Array.from({ length: 4 }, () => prune(log)));
    expect(counts.toSorted((one, other) => one - other)).toEqual([0, 0, 0, 6]);
    expect(await log.verify()).toMatchObject({ entries: 3, difference: null });
  });

  it('takes nothing out of a log that does not hold: it would take the proof along', async () => {
    const log = await aGrownLog();
    await owner`update tenants.audit_entries set action = 'user.praise' where tenant_id = ${log.tenantId} and seq = 2`;
    await expect(prune(log)).rejects.toThrow('nothing is taken out of the audit log');
    expect(await log.difference()).toEqual({ kind: 'ENTRY_EDITED', seq: 2 });
  });

  it('takes nothing out of a log that was written anew since it was signed for', async () => {
    const log = await aLog(database, users);
    await log.append(2, { at: old });
    const [head] = await owner`select seq, digest, mac from tenants.audit_heads where tenant_id = ${log.tenantId}`;
    await log.append(2, { at: old });
    await checkpointAudit(parts);
    await owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq > 2`;
    await owner`update tenants.audit_heads set ${owner(head ?? {})} where tenant_id = ${log.tenantId}`;
    await log.append(2, { at: old });
    await expect(prune(log)).rejects.toThrow(/entry 4 is not the one that was signed for/);
  });

  it('is refused by the database without a checkpoint that says so, for exactly the last entry', async () => {
    const log = await aGrownLog();
    const remove = (seq: number) =>
      parts.database.transaction({ userId: null, tenantId: log.tenantId }, (tx) => tx.execute(sql`select tenants.prune_audit(${seq})`)).then(() => 'REMOVED', violatedConstraint);
    const put = (seq: number, digest: string) =>
      parts.database.transaction({ userId: null, tenantId: log.tenantId }, (tx) =>
        tx.execute(sql.raw(`insert into tenants.audit_checkpoints values ('${log.tenantId}', ${seq}, ${digest}, now(), 'PRUNED', 'x')`)));
    expect([await remove(3), await remove(6)]).toEqual(['audit_entries_pruned_by_checkpoint', 'audit_entries_pruned_by_checkpoint']);
    await put(3, `decode(repeat('01', 32), 'hex')`);
    await put(4, `(select digest from tenants.audit_entries where tenant_id = '${log.tenantId}' and seq = 4)`);
    expect([await remove(3), await remove(5)]).toEqual(['audit_entries_pruned_by_checkpoint', 'audit_entries_pruned_by_checkpoint']);
    // The database does not know the key; whoever verifies does.
    expect(await remove(4)).toBe('REMOVED');
    expect((await log.difference())?.kind).toBe('CHECKPOINT_FORGED');
  });

  it('of one tenant is no leave to take out of another', async () => {
    const [log, other] = [await aGrownLog(), await aGrownLog()];
    await prune(log);
    const removing = parts.database.transaction({ userId: null, tenantId: other.tenantId }, (tx) => tx.execute(sql`select tenants.prune_audit(6)`));
    expect(await removing.then(() => 'REMOVED', violatedConstraint)).toBe('audit_entries_pruned_by_checkpoint');
  });

  it('removed without it, or its checkpoint taken away, is found', async () => {
    const [removed, taken] = [await aGrownLog(), await aGrownLog()];
    await prune(removed, 4);
    await owner`delete from tenants.audit_entries where tenant_id = ${removed.tenantId} and seq = 5`;
    expect((await removed.verify()).difference).toMatchObject({ kind: 'BEGINNING_REMOVED', seq: 5, what: expect.stringMatching(/^entry 5 is missing from the beginning/) });
    await prune(taken);
    await owner`delete from tenants.audit_checkpoints where tenant_id = ${taken.tenantId} and kind = 'PRUNED'`;
    expect(await taken.difference()).toEqual({ kind: 'BEGINNING_REMOVED', seq: 1 });
  });

  it('and every other port of the log is closed to roles it is not for', async () => {
    for (const [role, call] of [['users', 'tenants.prune_audit(1)'], ['users', 'tenants.audit_heads_moved(null, 1)'], ['users', 'tenants.audit_retention()'], ['users', 'tenants.old_audit(now(), null, 1)'], ['gamification', 'tenants.prune_audit(1)']] as const) {
      await expect(owner.begin((tx) => [tx.unsafe(`set local role kith_${role}`), tx.unsafe(`select ${call}`)]), `${role} ${call}`).rejects.toThrow('permission denied');
    }
  });
});
