import { appendAudit } from '@kith/drizzle/auditLog.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { databaseRoles, roleName } from '@kith/drizzle/roles.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foundIn } from '../drizzle/planted.ts';
import type { Catalogue } from '../drizzle/planted.ts';
import { grantsTo } from '../drizzle/securityGuards.ts';
import { startGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import { testEnvironment } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { aLog, anAct, brokenLogs, records } from './auditActs.ts';

// A hundred acts of one tenant at once wait for one another: on a busy machine longer than a request would.
const patience = { DATABASE_WAIT_MS: '60000', STATEMENT_TIMEOUT_MS: '60000', SUBGRAPH_TIMEOUT_MS: '60000' };

let database: TestDatabase;
let users: Database;
let tenants: Database;

beforeAll(async () => {
  database = await testDatabase('migrated');
  const config = parseConfig({ ...testEnvironment(database.url), ...patience }, []);
  [users, tenants] = [configuredDatabase(config, 'users'), configuredDatabase(config, 'tenants')];
});
afterAll(async () => {
  await Promise.all([users.close(), tenants.close()]);
  await database.drop();
});

const seqsOf = async (tenantId: string) => (await database.owner<{ seq: string }[]>`select seq from tenants.audit_entries where tenant_id = ${tenantId} order by seq`).map(({ seq }) => Number(seq));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the chain', () => {
  it('of acts one after the other holds, in the name of whoever acted', async () => {
    const log = await aLog(database, users);
    const actor = v7();
    await log.append(3, {}, actor);
    await log.append(1, { before: null, after: null, client: { address: null, userAgent: null }, impersonatorId: v7() as UserId }, null); // an id like any
    expect(await log.verify()).toMatchObject({ entries: 4, redacted: 0, unchained: 0, difference: null });
    const rows = await database.owner`select actor_id, host(ip_address) as ip, before from tenants.audit_entries where tenant_id = ${log.tenantId} order by seq`;
    expect([rows[0], rows[3]]).toEqual([{ actor_id: actor, ip: '2001:db8::17', before: { status: 'ACTIVE', reason: null } }, { actor_id: null, ip: null, before: null }]);
  });

  it('of 100 acts at once, over two processes and two subgraphs, is one without a gap', async () => {
    const log = await aLog(database, users);
    const act = (index: number) => (index % 2 === 0 ? users : tenants).transaction({ userId: v7() as UserId, tenantId: log.tenantId }, (tx) => appendAudit(tx, records, anAct(index))); // an id like any
    await Promise.all(upTo(100).map(act));
    expect(await seqsOf(log.tenantId)).toEqual(upTo(100));
    expect(await log.verify()).toMatchObject({ entries: 100, difference: null });
  });

  it('has no place for what was taken back', async () => {
    const log = await aLog(database, users);
    await log.append(1);
    const failing = users.transaction({ userId: null, tenantId: log.tenantId }, async (tx) => {
      await appendAudit(tx, records, anAct());
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    await log.append(1);
    expect(await log.verify()).toMatchObject({ entries: 2, difference: null });
  });

  it('is each tenant\'s own, in a transaction that enters another scope too', async () => {
    const [one, other] = [await aLog(database, users), await aLog(database, users)];
    await users.transaction({ userId: null, tenantId: one.tenantId }, async (tx) => {
      await appendAudit(tx, records, anAct());
      await enterScope(tx, { userId: null, tenantId: other.tenantId });
      await appendAudit(tx, records, anAct());
    });
    expect([await seqsOf(one.tenantId), await seqsOf(other.tenantId)]).toEqual([[1], [1]]);
    expect([await one.difference(), await other.difference()]).toEqual([null, null]);
  });

  it('takes what a client says of itself, however odd it is', async () => {
    const log = await aLog(database, users);
    for (const address of ['::ffff:192.0.2.1', 'fe80::1%eth0', '2001:DB8:0:0::1', 'nowhere', '']) await log.append(1, { client: { address, userAgent: null } });
    for (const userAgent of ['', `${'x'.repeat(499)}😀`, '\uD800', '𝄞'.repeat(400)]) await log.append(1, { client: { address: null, userAgent } });
    expect(await log.verify()).toMatchObject({ entries: 9, difference: null });
  });

  it('takes no entry without a number, or with another than the next', async () => {
    const log = await aLog(database, users);
    await log.append(2);
    const bytes = Buffer.alloc(32, 1);
    for (const seq of [0, 1, 2, 4, null]) {
      const put = users.transaction({ userId: null, tenantId: log.tenantId }, (tx) =>
        tx.execute(sql`select tenants.append_audit(${v7()}, now(), null, 'x', 'x', 'x', null, null, null, null, 'x', ${seq}, ${bytes}, ${bytes}, ${bytes}, ${bytes})`));
      expect(await put.then(() => 'PUT', violatedConstraint), String(seq)).toBe('audit_entries_follow_the_head');
    }
    expect(await log.verify()).toMatchObject({ entries: 2, difference: null });
  });

  it('is not continued by a process with another key, nor behind a head that was edited', async () => {
    const log = await aLog(database, users);
    await log.append(3);
    const strange = recordKeys('another key than the one of the tests');
    await expect(users.transaction({ userId: null, tenantId: log.tenantId }, (tx) => appendAudit(tx, strange, anAct()))).rejects.toThrow('does not end where RECORD_KEY says');
    await database.owner`delete from tenants.audit_entries where tenant_id = ${log.tenantId} and seq = 3`;
    await database.owner`update tenants.audit_heads set seq = 2, digest = (select digest from tenants.audit_entries where tenant_id = ${log.tenantId} and seq = 2) where tenant_id = ${log.tenantId}`;
    await expect(log.append(1)).rejects.toThrow('does not end where RECORD_KEY says');
    expect(await seqsOf(log.tenantId)).toEqual([1, 2]);
  });
});

describe('acts through the graph', () => {
  it('50 suspensions and reinstatements at once, by two processes, leave one chain', async () => {
    const home = await aTenant('crowd').withAdmin('warden').withMembers(25, 'inmate').in(database);
    const graphs = [await startGraph(database.url, { environment: patience }), await startGraph(database.url, { environment: patience })] as const;
    const token = await graphs[0].signIn('warden', { password: testPassword });
    const people = upTo(25).map((number) => home.people[`inmate${number}`]?.id);
    const all = (name: string, input: object) =>
      Promise.all(people.map((id, index) => mutate(graphs[index % 2 === 0 ? 0 : 1], name, { id, ...input }, 'errors { code }', { token })));
    expect((await all('userSuspend', { reason: 'all of them' })).flatMap(({ errors }) => errors)).toEqual([]);
    expect((await all('userReinstate', {})).flatMap(({ errors }) => errors)).toEqual([]);
    await Promise.all(graphs.map((graph) => graph.stop()));
    expect(await seqsOf(home.id)).toEqual(upTo(50));
    expect(await brokenLogs(database)).not.toContainEqual(expect.stringContaining('crowd'));
  });

  it('the demo data holds', async () => {
    const demo = await testDatabase('demo');
    expect(await brokenLogs(demo)).toEqual([]);
    const [counted] = await demo.owner<{ entries: number; chained: number }[]>`select count(*)::int as entries, count(seq)::int as chained from tenants.audit_entries`;
    expect(counted?.chained).toBe(counted?.entries);
    expect(counted?.entries).toBeGreaterThan(10);
    await demo.drop();
  });
});

describe('the roles', () => {
  const beyondReading = async (catalogue: Catalogue) =>
    (await grantsTo(catalogue, databaseRoles.map(roleName)))
      .filter(({ table, privilege }) => table.startsWith('tenants.audit_') && privilege !== 'SELECT')
      .map(({ role, privilege, table }) => `${role} ${privilege} ${table}`);
  const ofTheKeeper = async (catalogue: Catalogue) =>
    (await catalogue<{ may: string }[]>`
      select format('%s (%s)', a.attname, x.privilege_type) as may from pg_attribute a cross join lateral aclexplode(a.attacl) x
      where a.attrelid = 'tenants.audit_entries'::regclass and x.grantee = 'kith_keeper'::regrole order by 1`).map(({ may }) => may);

  it('may add checkpoints, and neither write, change nor delete anything else of the logs', async () => {
    expect(await beyondReading(database.owner)).toEqual(['kith_tenants INSERT tenants.audit_checkpoints']);
  });

  it.each(['update (action)', 'delete', 'insert'])('are seen to be granted %s', async (privilege) => {
    const found = await foundIn(database.owner, `grant ${privilege} on tenants.audit_entries to kith_tenants`, beyondReading);
    expect(found).toContain(`kith_tenants ${privilege.split(' ')[0]?.toUpperCase()} tenants.audit_entries`);
  });

  it('leave the keeper to change what is somebody\'s own in an entry, and no other column', async () => {
    expect(await ofTheKeeper(database.owner)).toEqual(['after (UPDATE)', 'before (UPDATE)', 'ip_address (UPDATE)', 'redacted_at (UPDATE)', 'user_agent (UPDATE)']);
    const [may] = await database.owner`
      select has_table_privilege('kith_keeper', 'tenants.audit_entries', 'update') as entries, has_table_privilege('kith_keeper', 'tenants.audit_checkpoints', 'update') as checkpoints,
        has_table_privilege('kith_keeper', 'tenants.audit_checkpoints', 'delete') as removing`;
    expect(may).toEqual({ entries: false, checkpoints: false, removing: false });
    expect(await foundIn(database.owner, 'grant update (actor_id) on tenants.audit_entries to kith_keeper', ofTheKeeper)).toContain('actor_id (UPDATE)');
  });
});
