import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { verifyExport } from '@kith/start/auditExportVerification.ts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testEnvironment } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { appendTo, records } from './auditActs.ts';

let database: TestDatabase;
let graph: TestGraph;
let users: Database;
let tenant: TestTenant;
const tokens: Record<string, string> = {};
const idOf = (username: string): string => tenant.people[username]?.id ?? '';

beforeAll(async () => {
  database = await testDatabase('migrated');
  tenant = await aTenant('archive').withAdmin('boss').withAdmin('deputy').withMember('watcher', 'MODERATOR').withMember('ada').in(database);
  const other = await aTenant('elsewhere').withAdmin('stranger').in(database);
  users = configuredDatabase(parseConfig(testEnvironment(database.url), []), 'users');
  await appendTo(users, tenant.id, 30, { action: 'user.suspend', targetId: idOf('ada') }, idOf('boss'));
  await appendTo(users, tenant.id, 5, { action: 'user.reinstate', targetId: idOf('ada') }, idOf('deputy'));
  await appendTo(users, tenant.id, 3, { action: 'tenant.update', targetType: 'tenant', targetId: tenant.id, before: null }, idOf('boss'));
  await appendTo(users, other.id, 4, { action: 'user.suspend', targetId: v7() }, v7());
  graph = await startGraph(database.url);
  for (const username of ['boss', 'watcher', 'ada', 'stranger']) tokens[username] = await graph.signIn(username, { password: testPassword });
});
afterAll(async () => {
  await graph.stop();
  await users.close();
  await database.drop();
});

const log = async (args: string, fields = 'nodes { action } totalCount', as = 'boss') => (await graph.ask(`{ currentTenant { auditLog(${args}) { ${fields} } } }`, {}, { token: tokens[as] })).data.currentTenant.auditLog;

describe('the audit log in the graph', () => {
  test('shows an administrator who did what to whom, the latest first', async () => {
    const { nodes, totalCount } = await log('first: 1', 'nodes { sequence action actor { username } targetType targetUser { username } before after ipAddress userAgent requestId digest redactedAt } totalCount');
    expect(totalCount).toBe(38);
    expect(nodes[0]).toMatchObject({ sequence: 38, action: 'tenant.update', actor: { username: 'boss' }, targetType: 'tenant', targetUser: null, before: null, ipAddress: '2001:db8::17', userAgent: 'Lynx/2.8', redactedAt: null });
    expect(nodes[0].digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await log('first: 1, action: "user.reinstate"', 'nodes { actor { username } targetUser { username } after }')).nodes[0]).toMatchObject({ actor: { username: 'deputy' }, targetUser: { username: 'ada' }, after: { status: 'SUSPENDED' } });
  });

  test.each([
    ['by the name of an act', () => 'action: "user.reinstate"', 5],
    ['by the beginning of names', () => 'action: "user."', 35],
    ['by who did it', () => `actorId: "${idOf('deputy')}"`, 5],
    ['by whom it was done to', () => `targetUserId: "${idOf('ada')}"`, 35],
    ['by several at once', () => `action: "user.suspend", actorId: "${idOf('boss')}", targetUserId: "${idOf('ada')}"`, 30],
    ['by time', () => 'until: "2020-01-01T00:00:00.000Z"', 0],
    ['by the time since', () => 'from: "2020-01-01T00:00:00.000Z"', 38],
  ])('is searched %s', async (_, filter, count) => {
    const { nodes, totalCount } = await log(`first: 200, ${filter()}`);
    expect([nodes.length, totalCount]).toEqual([count, count]);
  });

  test.each(['action: "suspend"', 'action: "user.%"', 'actorId: "me"', 'targetUserId: "1"'])('refuses a filter that cannot be: %s', async (filter) => {
    const { errors } = await graph.ask(`{ currentTenant { auditLog(${filter}) { totalCount } } }`, {}, { token: tokens['boss'] });
    expect(errors[0]?.extensions.code).toBe('BAD_REQUEST');
  });

  test('is read page by page in both directions without a gap', async () => {
    const seen: number[] = [];
    for (let after: string | null = null; ; ) {
      const page: { nodes: { sequence: number }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } = await log(`first: 7${after === null ? '' : `, after: "${after}"`}`, 'nodes { sequence } pageInfo { endCursor hasNextPage }');
      seen.push(...page.nodes.map(({ sequence }) => sequence));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 38 }, (_, index) => index + 1));
    expect((await log('last: 2', 'nodes { sequence }')).nodes).toEqual([{ sequence: 2 }, { sequence: 1 }]);
  });

  test('of a person shows what was done to them and what they did', async () => {
    const { data } = await graph.ask('query ($ids: ID!, $boss: ID!) { ada: user(id: $ids) { auditEntries(first: 3) { nodes { action } totalCount } auditedActs { totalCount } } boss: user(id: $boss) { auditedActs(first: 2) { nodes { action } totalCount } } }', { ids: idOf('ada'), boss: idOf('boss') }, { token: tokens['boss'] });
    expect(data).toEqual({
      ada: { auditEntries: { nodes: [{ action: 'user.reinstate' }, { action: 'user.reinstate' }, { action: 'user.reinstate' }], totalCount: 35 }, auditedActs: { totalCount: 0 } },
      boss: { auditedActs: { nodes: [{ action: 'tenant.update' }, { action: 'tenant.update' }], totalCount: 33 } },
    });
  });

  test.each(['watcher', 'ada'])('is nothing to %s, who is no administrator', async (username) => {
    const { data, errors } = await graph.ask('query ($id: ID!) { currentTenant { auditLog { totalCount } auditExport { entryCount } } user(id: $id) { auditEntries { totalCount } auditedActs { totalCount } } }', { id: idOf('boss') }, { token: tokens[username] });
    expect(errors).toEqual([]);
    expect(data).toEqual({ currentTenant: { auditLog: null, auditExport: null }, user: { auditEntries: null, auditedActs: null } });
  });

  test('shows an administrator of another tenant the log of that one', async () => {
    expect((await log('first: 200', 'totalCount', 'stranger')).totalCount).toBe(4);
  });
});

describe('a piece of the audit log to keep', () => {
  test('holds what verifying without the database takes, and says where it goes on', async () => {
    const { data } = await graph.ask('{ currentTenant { whole: auditExport { jsonLines entryCount nextAfterSequence } rest: auditExport(afterSequence: 30) { jsonLines entryCount nextAfterSequence } } }', {}, { token: tokens['boss'] });
    const { whole, rest } = data.currentTenant;
    expect([whole.entryCount, whole.nextAfterSequence, rest.entryCount, rest.nextAfterSequence]).toEqual([38, null, 8, null]);
    for (const { jsonLines } of [whole, rest]) expect((await verifyKept(jsonLines)).difference).toBeNull();
  });

  test('shows when it was bent', async () => {
    const { data } = await graph.ask('{ currentTenant { auditExport { jsonLines } } }', {}, { token: tokens['boss'] });
    const bent: string = data.currentTenant.auditExport.jsonLines.replace('user.suspend', 'user.praise');
    expect((await verifyKept(bent)).difference).toMatchObject({ kind: 'ENTRY_EDITED', seq: 1 });
  });
});

/** Keeps a piece in a file, and verifies that. */
async function verifyKept(jsonLines: string): ReturnType<typeof verifyExport> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-audit-'));
  const path = join(folder, 'piece.jsonl');
  await writeFile(path, jsonLines);
  try {
    return await verifyExport(records, path, () => {});
  } finally {
    await rm(folder, { recursive: true });
  }
}
