import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { TenantsLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';

/** What the resolvers of one request work with. */
export interface TenantsContext extends SubgraphContext {
  readonly viewer: Viewer;
  readonly loaders: TenantsLoaders;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads): TenantsContext {
  return { viewer: request.viewer, loaders: makeLoaders(readsOf(request), request.viewer), notes: {} };
}
