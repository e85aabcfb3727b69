import type { Composition } from '../composition.ts';
import type { Problem } from '../problem.ts';

/** Finds out whether the committed supergraph is what the subgraphs compose to. `committed` is null when there is none. */
export function findStaleness(committed: string | null, composition: Composition): Problem[] {
  const at = 'schema/supergraph.graphql';
  if (composition.errors !== undefined) {
    return composition.errors.map((error) => ({
      at,
      message: `The subgraphs do not compose: ${error}`,
      fix: 'mend the subgraph it names, then run `pnpm schema:compose`',
    }));
  }
  if (committed === composition.supergraphSdl) return [];
  const message = committed === null ? 'There is no committed supergraph.' : 'The committed supergraph is stale: the subgraphs say something else.';
  return [{ at, message, fix: 'run `pnpm schema:compose` and commit the file' }];
}
