import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { PlanNode } from '../statements/planNodes.ts';
import { planOf } from '../statements/planNodes.ts';
import { aTenant } from '../harness/world.ts';
import { enter, person } from './tenantActs.ts';

let database: TestDatabase;
let graph: TestGraph;
let platform: string;
let scope: { userId: string; tenantId: string };

beforeAll(async () => {
  database = await testDatabase('migrated');
  const home = await aTenant('home').withAdmin('boss').withMember('platform_boss').in(database);
  scope = { userId: person(home, 'platform_boss').id, tenantId: home.id };
  await database.owner`update users.people set platform_administrator = true where username = 'platform_boss'`;
  await database.owner`
    insert into tenants.tenants (id, name, slug, created_at, updated_at, status, deleted_at, deleted_by)
    select uuidv7(), 'Company ' || i, 'company-' || i, now() - make_interval(mins => i), now(), (case when i % 10 < 2 then 'SUSPENDED' else 'ACTIVE' end)::tenants.tenant_status,
           case when i % 10 = 0 then now() end, case when i % 10 = 0 then ${scope.userId}::uuid end
    from generate_series(1, 20000) as i`;
  await database.owner`analyze`;
  graph = await startGraph(database.url);
  platform = await enter(graph, 'platform_boss');
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const list = async (args: string, fields = 'nodes { slug status } totalCount pageInfo { hasNextPage endCursor }', token = platform) => graph.ask(`{ allTenants(${args}) { ${fields} } }`, {}, { token });

describe('the list of all tenants', () => {
  it('has the youngest in front, all but the deleted, and goes on from page to page', async () => {
    const { data } = await list('first: 3');
    expect(data.allTenants).toMatchObject({ nodes: [{ slug: 'home' }, { slug: 'company-1', status: 'SUSPENDED' }, { slug: 'company-2' }], totalCount: 18_001, pageInfo: { hasNextPage: true } });
    const next = await list(`first: 2, after: "${data.allTenants.pageInfo.endCursor}"`);
    expect(next.data.allTenants.nodes.map(({ slug }: { slug: string }) => slug)).toEqual(['company-3', 'company-4']);
    const last = await list('last: 2', 'nodes { slug } pageInfo { hasPreviousPage }');
    expect(last.data.allTenants).toEqual({ nodes: [{ slug: 'company-19998' }, { slug: 'company-19999' }], pageInfo: { hasPreviousPage: true } });
  });

  it.each([
    ['status: DELETED', 2_000],
    ['status: SUSPENDED', 2_000],
    ['status: ACTIVE', 16_001],
    ['search: "COMPANY 129"', 100],
    ['search: "company-9999"', 1],
    ['search: "ny 300", status: DELETED', 2],
    ['search: "%"', 0],
    ['search: "_"', 0],
  ])('narrowed by %s has %i', async (args, count) => {
    expect((await list(args)).data.allTenants.totalCount).toBe(count);
  });

  it.each([
    ['anybody else', 'boss', 'FORBIDDEN'],
    ['nobody', null, 'UNAUTHENTICATED'],
  ])('is refused to %s', async (_, who, code) => {
    const { errors } = await graph.ask('{ allTenants { nodes { id } } }', {}, { token: who === null ? undefined : await enter(graph, who) });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  });

  it('refuses a search of 101 characters', async () => {
    expect((await list(`search: "${'s'.repeat(101)}"`)).errors[0]?.extensions.code).toBe('BAD_REQUEST');
  });
});

it('a tenant shows an administrator of the platform its face, and nothing of what is inside', async () => {
  const { data } = await graph.ask(
    '{ tenant(slug: "company-7") { name slug status version statusReason branding { logoUrl } settings { version } statistics { memberCount } members { totalCount nodes { id } } viewerCan { update manageSettings leave delete suspend } } }',
    {},
    { token: platform },
  );
  expect(data.tenant).toEqual({
    name: 'Company 7', slug: 'company-7', status: 'ACTIVE', version: 1, statusReason: null, branding: { logoUrl: null }, settings: null, statistics: null,
    members: { totalCount: 0, nodes: [] }, viewerCan: { update: false, manageSettings: false, leave: false, delete: true, suspend: true },
  });
});

describe('costs', () => {
  const plansOf = async (args: string): Promise<PlanNode[]> => {
    graph.statements.reset();
    expect((await list(args, 'nodes { id }')).errors).toEqual([]);
    const takenBack = new Error('taken back');
    const nodes: PlanNode[] = [];
    const calls = [...graph.statements.calls];
    await database.owner
      .begin(async (tx) => {
        for (const call of calls) nodes.push(...(await planOf(tx, call, scope, 'run')));
        throw takenBack;
      })
      .catch((error: unknown) => {
        if (error !== takenBack) throw error;
      });
    return nodes;
  };
  const readOf = (nodes: readonly PlanNode[]) => nodes.filter(({ relation }) => relation === 'tenants.tenants').reduce((sum, { rowsRead }) => sum + rowsRead, 0);

  it.each([
    ['first: 20', 60],
    ['last: 20', 60],
    ['first: 20, search: "company 9999"', 60],
  ])('%s looks at few of 20,000 tenants', async (args, rowsMax) => {
    const nodes = await plansOf(args);
    expect(readOf(nodes)).toBeGreaterThan(0);
    expect(readOf(nodes)).toBeLessThanOrEqual(rowsMax);
  });

  it.each([1, 20, 200])('a page of %i with all that hangs on its tenants costs 3 statements', async (first) => {
    graph.statements.reset();
    const { data } = await list(`first: ${first}`, 'nodes { name branding { logoUrl } viewerCan { suspend } members(first: 2) { nodes { role } } } totalCount');
    expect([data.allTenants.nodes.length, graph.statements.sent.length]).toEqual([first, 3]);
  });
});
