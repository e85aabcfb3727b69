import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';

const directory = readFileSync(new URL('../../schema/operations/03-directory.graphql', import.meta.url), 'utf8');

describe.each(['together', 'apart'] as const)('the graph, %s', (topology) => {
  let database: TestDatabase;
  let graph: TestGraph;
  let ada: string;

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url, { topology });
    ada = await graph.signIn('ada@kith.test');
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  it('answers the directory with full data from all four subgraphs', async () => {
    const { status, data, errors } = await graph.ask(directory, { first: 20 }, { token: ada });
    expect(errors).toEqual([]);
    expect(status).toBe(200);
    expect(data.users.nodes).toHaveLength(20);
  });
});
