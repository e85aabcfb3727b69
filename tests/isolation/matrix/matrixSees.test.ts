import type { Subgraph, SubgraphAnswer } from '@kith/kernel/subgraph.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraphOptions } from '../../harness/graph.ts';
import { startGraph } from '../../harness/graph.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import { testDatabase } from '../../harness/testDatabase.ts';
import { withoutTenantConditions } from '../strippedStatements.ts';
import type { Finding } from './checker.ts';
import { makeMatrixWorld, tenantsToLookAt } from './matrixWorld.ts';
import { matrixEnvironment, matrixOperations, walk } from './walkingTheMatrix.ts';

/** Walks two hops of a graph that was weakened on purpose, as everybody, and answers what the matrix finds. */
async function findingsOf(database: TestDatabase, { environment, ...options }: TestGraphOptions): Promise<Finding[]> {
  const tenants = await tenantsToLookAt(database);
  const graph = await startGraph(database.url, { ...options, environment: { ...matrixEnvironment, ...environment } });
  try {
    const world = await makeMatrixWorld(database, graph, tenants);
    const operations = matrixOperations(world, 2);
    const walks = [];
    for (const viewer of world.viewers) walks.push(await walk(graph, world, viewer, operations, new Map()));
    return walks.flatMap(({ findings }) => findings);
  } finally {
    await graph.stop();
  }
}

const coordinates = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ coordinate }) => coordinate))].toSorted();
const viewers = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ viewer }) => viewer))].toSorted();

/** Answers one field of a subgraph to everybody as if an administrator had asked. */
function unguarded(field: string): (subgraph: Subgraph) => Subgraph {
  return (subgraph) => ({
    name: subgraph.name,
    call: async (request, operation) => {
      const answer = await subgraph.call(request, operation);
      if (subgraph.name !== 'users' || request.viewer.kind === 'anonymous' || !operation.query.includes(field)) return answer;
      const asAdministrator = new GraphRequest({ viewer: { ...request.viewer, role: 'ADMIN' }, requestId: request.requestId, client: request.client });
      const other = await subgraph.call(asAdministrator, operation);
      asAdministrator.end();
      return { ...answer, data: withField(answer.data, other.data, field) as SubgraphAnswer['data'] }; // of the shape of the answer
    },
  });
}

function withField(answer: unknown, other: unknown, field: string): unknown {
  if (Array.isArray(answer)) return answer.map((item, index) => withField(item, Array.isArray(other) ? other[index] : undefined, field));
  if (typeof answer !== 'object' || answer === null || typeof other !== 'object' || other === null) return answer;
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, name === field ? Reflect.get(other, name) : withField(value, Reflect.get(other, name), field)]));
}

describe('the matrix', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase('migrated');
  });
  afterAll(() => database.drop());

  test('finds strangers everywhere in a graph whose SQL lost its conditions and whose reader reads past the policies', async () => {
    const findings = await findingsOf(database, { environment: { READER_DATABASE_URL: database.url }, rewrite: withoutTenantConditions });
    expect(coordinates(findings)).toEqual(expect.arrayContaining(['User', 'Tenant', 'User.email', 'users.people.email', 'tenants.tenants.name']));
    expect(viewers(findings)).toEqual(expect.arrayContaining(['a member', 'an administrator', 'an administrator of another tenant', 'a member removed a moment ago']));
  });
});

describe('the matrix of a graph in which one guard is gone', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase('migrated');
  });
  afterAll(() => database.drop());

  test('names the field, who saw it, and the column it came from, and nothing else', async () => {
    const findings = await findingsOf(database, { around: unguarded('email') });
    expect(coordinates(findings)).toEqual(['User.email', 'users.people.email']);
    expect(viewers(findings)).toEqual(['a member', 'a moderator', 'a platform administrator', 'the person themselves']);
    expect(findings.map(({ path }) => path)).toContain('Query.users > UserConnection.nodes > User.email');
  });
});
