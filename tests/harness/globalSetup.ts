import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { migrate } from '@kith/drizzle/migrate.ts';
import { rolePassword } from '@kith/drizzle/roles.ts';
import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { databaseUrl } from './databaseUrl.ts';
import { hashingParameters, recordKey, roleSecret } from './settings.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser address of the maintenance database of the tests' own PostgreSQL. */
    readonly serverUrl: string;
  }
}

/** One PostgreSQL for the whole run, with two templates: an empty migrated database, and one with the demo data. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'kith-tests-'));
  const server = await startEmbeddedServer({ directory, durable: false });
  const client = postgres(server.url, { max: 1, onnotice: () => {} });
  await client.unsafe('create database template_migrated');
  await migrate(databaseUrl(server.url, 'template_migrated'), (role) => rolePassword(roleSecret, role));
  await client.unsafe('create database template_demo template template_migrated');
  const hashing = await passwordHashing(hashingParameters);
  await seedDemo(databaseUrl(server.url, 'template_demo'), { now: new Date(), hashPassword: (password) => hashing.hash(password), records: recordKeys(recordKey) });
  await client.end();
  project.provide('serverUrl', server.url);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
