import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { UsersLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';

/** What the resolvers of one request work with. */
export interface UsersContext extends SubgraphContext {
  readonly viewer: Viewer;
  readonly reads: ReadScope;
  readonly loaders: UsersLoaders;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads): UsersContext {
  const reads = readsOf(request);
  return { viewer: request.viewer, reads, loaders: makeLoaders(reads, request.viewer), extensions: {} };
}
