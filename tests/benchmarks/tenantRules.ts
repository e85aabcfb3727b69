// node tests/benchmarks/tenantRules.ts [rounds]
// How long after the commit that closes a tenant to an address a gateway still lets that address in, and what a look at the rules costs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { migrate } from '@kith/drizzle/migrate.ts';
import { rolePassword, roleUrl } from '@kith/drizzle/roles.ts';
import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import { TenantRulesFeed } from '@kith/drizzle/tenantRulesFeed.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { addressIn } from '@kith/kernel/ipRanges.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import postgres from 'postgres';
import { databaseUrl } from '../harness/databaseUrl.ts';
import { hashingParameters, recordKey, roleSecret } from '../harness/settings.ts';
import { setTenantSettings } from '../harness/tenantSettings.ts';
import { claimsOf } from '../sessions/sessionActs.ts';
import { ask, graphProcess, report, signIn } from './measuredGraph.ts';

const rounds = Number(process.argv[2] ?? 200);

const directory = await mkdtemp(join(tmpdir(), 'kith-benchmark-'));
const server = await startEmbeddedServer({ directory, durable: true });
const client = postgres(server.url, { max: 1, onnotice: () => {} });
await client.unsafe('create database measured');
await client.end();
const url = databaseUrl(server.url, 'measured');
await migrate(url, (role) => rolePassword(roleSecret, role));
const hashing = await passwordHashing(hashingParameters);
await seedDemo(url, { now: new Date(), hashPassword: (password) => hashing.hash(password), records: recordKeys(recordKey) });

const owner = postgres(url, { max: 1, onnotice: () => {} });
const graph = await graphProcess({ BENCHMARK_DATABASE_URL: url });
const token = await signIn(graph.url);
const tenantId = claimsOf(token).tid as TenantId; // Ada is signed in to a tenant
const until = async (status: number): Promise<number> => {
  const committedAt = performance.now();
  while ((await ask(graph.url, '{ me { username } }', token)).status !== status) if (performance.now() - committedAt > 10_000) throw new Error(`never ${status}`);
  return performance.now() - committedAt;
};
const took: number[] = [];
for (let index = 0; index < rounds + 10; index += 1) {
  await setTenantSettings({ owner }, tenantId, { allowedIpRanges: ['192.0.2.0/24'] });
  const closedMs = await until(403);
  if (index >= 10) took.push(closedMs);
  await setTenantSettings({ owner }, tenantId, {});
  await until(200);
}
report('a tenant is closed to an address', took);

await setTenantSettings({ owner }, tenantId, { allowedIpRanges: Array.from({ length: 100 }, (_, index) => `10.${index}.0.0/16`) });
const feed = new TenantRulesFeed({ url: roleUrl(url, roleSecret, 'gateway'), believedMs: 30_000, log: makeLog({ name: 'benchmark', level: 'silent', format: 'json' }) });
await feed.start();
const looks = 100_000;
await feed.rulesOf(tenantId);
const startedAt = performance.now();
for (let index = 0; index < looks; index += 1) addressIn((await feed.rulesOf(tenantId)).allowedIpRanges, '192.0.2.1');
console.log(`a look at 100 ranges none of which fits: ${(((performance.now() - startedAt) * 1_000) / looks).toFixed(1)} µs`);
await feed.stop();
await graph.stop();
await owner.end();
await server.stop();
await rm(directory, { recursive: true, force: true });
