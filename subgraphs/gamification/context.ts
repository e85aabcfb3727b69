import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { GamificationLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';

/** What the resolvers of one request work with. */
export interface GamificationContext extends SubgraphContext {
  readonly viewer: Viewer;
  readonly loaders: GamificationLoaders;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads): GamificationContext {
  return { viewer: request.viewer, loaders: makeLoaders(readsOf(request), request.viewer), notes: {} };
}
