import { loadExampleOperations } from '@kith/schema/exampleOperations.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';

const examples = loadExampleOperations();

describe('on the demo data', () => {
  let database: TestDatabase;
  let graph: TestGraph;

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url);
    // A process that has just started reads its signing keys besides.
    await graph.signIn('ada@kith.test');
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  /** What an operation costs: a query when it is run for the second time, a mutation when it does for the first time what it does. */
  const costOf = async (name: string, variables?: Record<string, unknown>) => {
    const example = examples.find((candidate) => candidate.name === name);
    if (example === undefined) throw new Error(`there is no example ${name}`);
    const token = example.signedInAs === null ? undefined : await graph.signIn(example.signedInAs);
    if (example.document.trimStart().startsWith('query')) await graph.ask(example.document, variables ?? example.variables, { token });
    graph.statements.reset();
    graph.fetches = 0;
    const { errors } = await graph.ask(example.document, variables ?? example.variables, { token });
    expect(errors).toEqual([]);
    return { statements: graph.statements.sent.length, fetches: graph.fetches, framing: [...graph.statements.framing] };
  };

  test.each(examples.map(({ name, statementsMax, fetchesMax }) => [name, statementsMax, fetchesMax] as const))(
    '%s costs exactly the %i statements and %i fetches it declares',
    async (name, statements, fetches) => {
      expect(await costOf(name)).toMatchObject({ statements, fetches });
    },
  );

  test.each(examples.filter(({ document }) => document.trimStart().startsWith('query')).map(({ name }) => name))('%s reads in one transaction, read only, in one scope', async (name) => {
    const { framing } = await costOf(name);
    expect(framing.filter((text) => text.startsWith('begin'))).toEqual(['begin isolation level repeatable read read only']);
    expect(framing.filter((text) => text.includes('set_config'))).toHaveLength(1);
  });

  test.each([1, 20, 60])('the directory costs 5 statements and 4 fetches for %i people', async (first) => {
    expect(await costOf('Directory', { first })).toMatchObject({ statements: 5, fetches: 4 });
  });

  test('no query among the examples costs more than the budgets of the whole: 3 statements for oneself, 6 for a page, but for the one that asks for everything', () => {
    const queries = examples.filter(({ name, document }) => document.trimStart().startsWith('query') && name !== 'EverythingAboutPeople');
    for (const { name, statementsMax } of queries) expect(statementsMax, name).toBeLessThanOrEqual(name === 'Me' ? 3 : 6);
  });
});
