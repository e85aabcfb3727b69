// node tests/benchmarks/revocation.ts [rounds]
// How long after the answer to `sessionSignOut` in one process another process still lets the token through.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { migrate } from '@kith/drizzle/migrate.ts';
import { rolePassword, roleUrl } from '@kith/drizzle/roles.ts';
import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import postgres from 'postgres';
import { databaseUrl } from '../harness/databaseUrl.ts';
import { hashingParameters, recordKey, roleSecret } from '../harness/settings.ts';
import { hasRedis, startRedis } from '../limits/redisServer.ts';
import type { Process } from './measuredGraph.ts';
import { ask, graphProcess, report, signIn } from './measuredGraph.ts';

const rounds = Number(process.argv[2] ?? 200);

/** Milliseconds from the answer of the mutation in one process to the first refusal by the other, the way of that answer included. */
async function round(here: string, there: string): Promise<number> {
  const token = await signIn(here);
  if ((await ask(there, '{ me { username } }', token)).status !== 200) throw new Error('the token does not hold');
  await ask(here, 'mutation { sessionSignOut(input: {}) { revokedCount } }', token);
  const answeredAt = performance.now();
  while ((await ask(there, '{ me { username } }', token)).status !== 401) if (performance.now() - answeredAt > 10_000) throw new Error('never refused');
  return performance.now() - answeredAt;
}

async function measure(what: string, here: Process, there: Process): Promise<void> {
  for (let warm = 0; warm < 10; warm += 1) await round(here.url, there.url);
  const took: number[] = [];
  for (let index = 0; index < rounds; index += 1) took.push(await round(here.url, there.url));
  report(what, took);
}

const directory = await mkdtemp(join(tmpdir(), 'kith-benchmark-'));
const server = await startEmbeddedServer({ directory, durable: true });
const client = postgres(server.url, { max: 1, onnotice: () => {} });
for (const name of ['measured', 'elsewhere']) {
  await client.unsafe(`create database ${name}`);
  await migrate(databaseUrl(server.url, name), (role) => rolePassword(roleSecret, role));
}
await client.end();
const url = databaseUrl(server.url, 'measured');
const hashing = await passwordHashing(hashingParameters);
await seedDemo(url, { now: new Date(), hashPassword: (password) => hashing.hash(password), records: recordKeys(recordKey) });

const database = { BENCHMARK_DATABASE_URL: url };
const listening = [await graphProcess(database), await graphProcess(database)] as const;
await measure('LISTEN', ...listening);
await Promise.all(listening.map((one) => one.stop()));

if (hasRedis) {
  const redis = await startRedis();
  const shared = { ...database, BENCHMARK_REDIS_URL: redis.url };
  // The second one follows a database where nothing happens: it hears through Redis or not at all.
  const hearing = [await graphProcess(shared), await graphProcess({ ...shared, BENCHMARK_GATEWAY_URL: roleUrl(databaseUrl(server.url, 'elsewhere'), roleSecret, 'gateway') })] as const;
  await measure('Redis, without LISTEN', ...hearing);
  await Promise.all(hearing.map((one) => one.stop()));
  await redis.kill();
}
await server.stop();
await rm(directory, { recursive: true, force: true });
