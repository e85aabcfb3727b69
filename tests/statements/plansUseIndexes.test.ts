import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { SentStatement } from '../harness/statementCounter.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { makeVast, vastAdmin, vastTenants } from '../harness/vastDatabase.ts';
import { testPassword } from '../harness/world.ts';
import type { PlanNode, PlanScope } from './planNodes.ts';
import { planOf } from './planNodes.ts';

const person = 'id username profile { displayName } preferences { locale }';
const nested = `memberships(first: 5) { nodes { role tenant { id name } } totalCount } security { sessions(first: 3) { nodes { id } } }
  player { level wallet { sparklePoints } achievements(first: 5) { nodes { achievement { name } } } }`;

/** The lists of the graph, and the most rows PostgreSQL may look at for a page of 20. */
const questions: Record<string, { query: string; rowsMax: number }> = {
  directory: { query: `{ users(first: 20) { nodes { ${person} ${nested} } } }`, rowsMax: 1_500 },
  'a page deep in the directory': { query: `query ($after: String) { users(first: 20, after: $after) { nodes { ${person} } } }`, rowsMax: 200 },
  'the last page of the directory': { query: `{ users(last: 20) { nodes { ${person} } } }`, rowsMax: 200 },
  members: { query: `{ currentTenant { members(first: 20) { nodes { role user { ${person} ${nested} } } } } }`, rowsMax: 1_500 },
  'the last members': { query: '{ currentTenant { members(last: 20) { nodes { role } } } }', rowsMax: 100 },
  memberships: { query: '{ me { memberships { nodes { role tenant { name } } totalCount } } }', rowsMax: 100 },
  invitations: { query: '{ currentTenant { invitations(first: 20) { nodes { email state tenant { name } } } } }', rowsMax: 100 },
  'the last invitations': { query: '{ currentTenant { invitations(last: 20) { nodes { email invitedBy { username } } } } }', rowsMax: 100 },
  'open invitations': { query: '{ currentTenant { invitations(first: 20, state: OPEN) { nodes { email } } } }', rowsMax: 200 },
  'invitations somebody sent': { query: '{ me { invitationsSent { nodes { email } } } }', rowsMax: 100 },
  'invitations somebody received': { query: '{ me { invitationsReceived { nodes { tenantName } totalCount } } }', rowsMax: 100 },
  'how roles changed': { query: '{ currentTenant { members(first: 20) { nodes { roleChanges { nodes { to } totalCount } invitation { email } } } } }', rowsMax: 500 },
  tenants: { query: '{ tenants { nodes { name members(first: 5) { nodes { role } } } } }', rowsMax: 200 },
  notifications: { query: '{ me { notifications(first: 20) { nodes { title } } } }', rowsMax: 100 },
  'the last notifications': { query: '{ me { notifications(last: 20) { nodes { title } } } }', rowsMax: 100 },
  'notifications that are not read': { query: '{ me { unreadNotificationCount notifications(first: 20, unread: true) { nodes { title } } } }', rowsMax: 150 },
  sessions: { query: '{ me { security { sessions { nodes { id } totalCount } } } currentSession { id } }', rowsMax: 200 },
  achievements: { query: '{ me { player { achievements { nodes { achievement { name } } totalCount } } } }', rowsMax: 100 },
  'a dashboard': { query: '{ currentTenant { settings { version } statistics { memberCount daily { signIns } } circulation { sparklePoints } } me { player { level } } }', rowsMax: 100 },
  'people by name': { query: `{ userByUsername(username: "crowd_77") { ${person} ${nested} } }`, rowsMax: 200 },
};
const search = `{ users(first: 20, search: "body crowd_7") { nodes { ${person} } totalCount } }`;

describe('in a tenant of a few thousand people beside several others', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let token: string;
  let scope: PlanScope;
  let smallScope: PlanScope;
  let bigTables: Set<string>;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    await makeVast(database);
    graph = await startGraph(database.url);
    token = await graph.signIn(vastAdmin, { password: testPassword, tenant: 'vast' });
    scope = await scopeIn('vast');
    smallScope = await scopeIn('small');
    const tables = await database.owner<{ name: string }[]>`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and c.reltuples > 1000 and n.nspname in ('users', 'tenants', 'sessions', 'gamification')`;
    bigTables = new Set(tables.map(({ name }) => name));
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const scopeIn = async (slug: string): Promise<PlanScope> => {
    const [found] = await database.owner<PlanScope[]>`
      select p.id as "userId", t.id as "tenantId" from users.people p, tenants.tenants t where p.username = ${vastAdmin} and t.slug = ${slug}`;
    if (found === undefined) throw new Error(`nobody is there to ask in ${slug}`);
    return found;
  };
  const statementsOf = async (query: string, asking = token): Promise<SentStatement[]> => {
    const deep = await graph.ask('{ users(first: 200) { pageInfo { endCursor } } }', {}, { token: asking });
    graph.statements.reset();
    const { errors } = await graph.ask(query, query.includes('$after') ? { after: deep.data.users.pageInfo.endCursor } : {}, { token: asking });
    expect(errors).toEqual([]);
    expect(graph.statements.calls.length).toBeGreaterThan(0);
    return [...graph.statements.calls];
  };
  const takenBack = new Error('taken back');
  const plansOf = async (
    statements: readonly SentStatement[],
    kind: 'run' | 'generic',
    { seenFrom = scope, before = async () => {} }: { seenFrom?: PlanScope; before?: (tx: postgres.TransactionSql) => Promise<unknown> } = {},
  ): Promise<PlanNode[]> => {
    const nodes: PlanNode[] = [];
    await database.owner
      .begin(async (tx) => {
        await before(tx);
        for (const statement of statements) nodes.push(...(await planOf(tx, statement, seenFrom, kind)));
        throw takenBack;
      })
      .catch((error: unknown) => {
        if (error !== takenBack) throw error;
      });
    return nodes;
  };
  const scanned = (nodes: readonly PlanNode[]): string[] => nodes.flatMap(({ type, relation }) => (type === 'Seq Scan' && relation !== null && bigTables.has(relation) ? [relation] : []));
  const rowsRead = (nodes: readonly PlanNode[]): number => nodes.filter(({ relation }) => relation !== null && bigTables.has(relation)).reduce((sum, node) => sum + node.rowsRead, 0);

  test('every table that is asked is a big one, but for tenants and what they define', () => {
    expect([...bigTables].toSorted()).toEqual([
      'gamification.accounts',
      'gamification.player_achievements',
      'gamification.players',
      'sessions.sessions',
      'tenants.invitations',
      'tenants.memberships',
      'tenants.role_changes',
      'users.directory_entries',
      'users.notifications',
      'users.people',
      'users.preferences',
      'users.profiles',
    ]);
  });

  test.each(Object.entries(questions))('%s: no big table is scanned from end to end, and few rows are looked at', async (_, { query, rowsMax }) => {
    const statements = await statementsOf(query);
    const run = await plansOf(statements, 'run');
    expect(scanned(run)).toEqual([]);
    expect(rowsRead(run)).toBeGreaterThan(0);
    expect(rowsRead(run)).toBeLessThanOrEqual(rowsMax);
    // After a few runs PostgreSQL takes a plan for any values, if that seems no worse to it: this one must do as well.
    expect(scanned(await plansOf(statements, 'generic'))).toEqual([]);
  });

  // LIKE is not leakproof, so that under row-level security no index on the text serves: a search reads the entries of its tenant, all of them.
  test('a search reads the entries of its own tenant and no others', async () => {
    const statements = await statementsOf(search, await graph.signIn(vastAdmin, { password: testPassword, tenant: 'small' }));
    const run = await plansOf(statements, 'run', { seenFrom: smallScope });
    expect(scanned(run)).toEqual([]);
    expect(rowsRead(run)).toBeGreaterThan(vastTenants.small);
    expect(rowsRead(run)).toBeLessThan(6 * vastTenants.small);
  });

  test('a lost index is seen: without it a big table is scanned, or far more rows are looked at', async () => {
    const directory = await statementsOf(questions['a page deep in the directory']?.query ?? '');
    const withoutOrder = await plansOf(directory, 'run', { before: (tx) => tx.unsafe('drop index users.directory_entries_everyone; drop index users.directory_entries_listed') });
    expect(rowsRead(withoutOrder)).toBeGreaterThan(2_000);
    const members = await statementsOf(questions['the last members']?.query ?? '');
    const withoutMembers = await plansOf(members, 'run', { before: (tx) => tx.unsafe('drop index tenants.memberships_of_tenant') });
    expect(scanned(withoutMembers)).toEqual(['tenants.memberships']);
  });
});
