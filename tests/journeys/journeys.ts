import { afterAll, beforeAll, describe } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { exampleJourneys } from './exampleJourneys.ts';
import { frontDoorJourneys } from './frontDoorJourneys.ts';
import { pagingJourneys } from './pagingJourneys.ts';
import { readingJourneys } from './readingJourneys.ts';
import { searchJourneys } from './searchJourneys.ts';
import { signingInJourneys } from './signingInJourneys.ts';
import { standingJourneys } from './standingJourneys.ts';
import { tenantJourneys } from './tenantJourneys.ts';
import { tenantRuleJourneys } from './tenantRuleJourneys.ts';

/** A graph on the demo data, and its database. */
export interface Place {
  readonly graph: TestGraph;
  readonly database: TestDatabase;
}

/** Every journey of a person through the graph, the same whatever it is made of. */
const journeys = {
  'signing in': signingInJourneys,
  reading: readingJourneys,
  'people of every standing': standingJourneys,
  'the rules of a tenant': tenantRuleJourneys,
  searching: searchJourneys,
  paging: pagingJourneys,
  'the example operations': exampleJourneys,
  'the life of a tenant': tenantJourneys,
  'the front door': frontDoorJourneys,
};

/** Declares all journeys over one graph in a topology. */
export function journeysThrough(topology: 'together' | 'apart'): void {
  let place: Place;
  beforeAll(async () => {
    const database = await testDatabase();
    place = { database, graph: await startGraph(database.url, { topology }) };
  });
  afterAll(async () => {
    await place.graph.stop();
    await place.database.drop();
  });
  for (const [name, declare] of Object.entries(journeys)) describe(name, () => declare(() => place));
}
