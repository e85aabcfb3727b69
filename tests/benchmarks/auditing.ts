// node tests/benchmarks/auditing.ts [acts]
// What an entry in the chained audit log costs: one writer, two writers of one tenant, two of two tenants; and how fast a log is verified.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import { verifyAuditLog } from '@kith/drizzle/auditLogVerification.ts';
import { readAuditLog } from '@kith/drizzle/auditReading.ts';
import { Database } from '@kith/drizzle/database.ts';
import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { migrate } from '@kith/drizzle/migrate.ts';
import { rolePassword, roleUrl } from '@kith/drizzle/roles.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { recordKey, roleSecret } from '../harness/settings.ts';

const acts = Number(process.argv[2] ?? 2_000);
const directory = await mkdtemp(join(tmpdir(), 'kith-auditing-'));
// As in production: every commit is on disk before it is answered.
const server = await startEmbeddedServer({ directory, durable: true });
await migrate(server.url, (role) => rolePassword(roleSecret, role));
const keys = recordKeys(recordKey);
const database = new Database({ url: roleUrl(server.url, roleSecret, 'users'), applicationName: 'auditing', connections: 4, waitMsMax: 60_000, statementTimeoutMs: 60_000 });
const owner = postgres(server.url, { max: 1, onnotice: () => {} });

type Work = (tenantId: TenantId, index: number) => Promise<void>;
const userId = newId<UserId>(new Date());

// The rest of a small transaction: an event with its scope, and the commit.
const event = (tenantId: TenantId) =>
  sql`select kith.announce(gen_random_uuid(), 'bench.acted', 1, now(), ${userId}::uuid, ${tenantId}::uuid, '{}'::jsonb, 'bench', array[]::text[])`;
const plain: Work = (tenantId) => database.transaction({ userId, tenantId }, async (tx) => void (await tx.execute(event(tenantId))));
const audited: Work = (tenantId, index) =>
  database.transaction({ userId, tenantId }, async (tx) => {
    await tx.execute(event(tenantId));
    await appendAudit(tx, keys, {
      at: new Date(),
      action: 'user.suspend',
      targetType: 'user',
      targetId: userId,
      before: { status: 'ACTIVE', reason: null },
      after: { status: 'SUSPENDED', reason: `for reason ${index}` },
      client: { address: '192.0.2.1', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' },
      requestId: 'bench',
    });
  });

const [one, two] = [newId<TenantId>(new Date()), newId<TenantId>(new Date())];
const cases: readonly { readonly what: string; readonly work: Work; readonly tenants: readonly TenantId[]; readonly times: number[]; seconds: number }[] = [
  { what: 'one writer, no audit', work: plain, tenants: [one], times: [], seconds: 0 },
  { what: 'one writer, audited', work: audited, tenants: [one], times: [], seconds: 0 },
  { what: 'two writers, no audit', work: plain, tenants: [one, two], times: [], seconds: 0 },
  { what: 'two writers of two tenants, audited', work: audited, tenants: [one, two], times: [], seconds: 0 },
  { what: 'two writers of one tenant, audited', work: audited, tenants: [one, one], times: [], seconds: 0 },
];
const roundActs = 40;

// By turns, a few acts each: what else the machine does meanwhile falls on all of them alike. The first rounds warm up.
for (let round = -2; round < acts / roundActs; round += 1) {
  for (const measured of cases) {
    const startedAt = performance.now();
    await Promise.all(measured.tenants.map((tenantId) => actInTurn(measured.work, tenantId, roundActs / measured.tenants.length, round < 0 ? [] : measured.times)));
    if (round >= 0) measured.seconds += (performance.now() - startedAt) / 1_000;
  }
}
for (const { what, times, seconds } of cases) {
  times.sort((first, second) => first - second);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);
  console.log(`${what.padEnd(36)} median ${at(0.5)} ms, p95 ${at(0.95)} ms, ${Math.round(times.length / seconds)} a second`);
}

async function actInTurn(work: Work, tenantId: TenantId, count: number, times: number[]): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const before = performance.now();
    await work(tenantId, index);
    times.push(performance.now() - before);
  }
}

const startedAt = performance.now();
const { entries, difference } = await readAuditLog(owner, one, (log) => verifyAuditLog(keys, one, log));
const seconds = (performance.now() - startedAt) / 1_000;
console.log(`verified ${entries} entries (${difference === null ? 'whole' : difference.what}) at ${Math.round(entries / seconds)} a second`);

await database.close();
await owner.end();
await server.stop();
await rm(directory, { recursive: true, force: true });
