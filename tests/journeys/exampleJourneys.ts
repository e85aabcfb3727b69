import { loadExampleOperations } from '@kith/schema/exampleOperations.ts';
import { expect, test } from 'vitest';
import type { Place } from './journeys.ts';

/** The operations that people are shown first. */
export function exampleJourneys(place: () => Place): void {
  test.each(loadExampleOperations().map((example) => [example.name, example] as const))('%s runs as its demo person and brings data without an error', async (_, example) => {
    const { graph } = place();
    const token = example.signedInAs === null ? undefined : await graph.signIn(example.signedInAs);
    const { status, data, errors } = await graph.ask(example.document, example.variables, { token });
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    for (const value of Object.values(data)) expect(value).not.toBeNull();
    expect(emptyLists(data)).toEqual([]);
  });
}

/** Names the lists of an answer that show nothing: an example that shows an empty page teaches nobody. */
function emptyLists(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${path}.${key}`;
    // Refusals are empty when all is well, and not everybody has to have everything in a list of many.
    if (Array.isArray(inner)) return inner.length === 0 && key === 'nodes' && !/\.\d+\./.test(here) ? [here] : inner.flatMap((item, index) => emptyLists(item, `${here}.${index}`));
    return emptyLists(inner, here);
  });
}
