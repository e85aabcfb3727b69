import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { Client, GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { UsersLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';
import type { UsersParts } from './usersParts.ts';

/** What the resolvers of one request work with. */
export interface UsersContext extends SubgraphContext {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly client: Client;
  readonly reads: ReadScope;
  readonly loaders: UsersLoaders;
  readonly parts: UsersParts;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads, parts: UsersParts): UsersContext {
  const reads = readsOf(request);
  return { viewer: request.viewer, requestId: request.requestId, client: request.client, reads, loaders: makeLoaders(reads, request.viewer, parts), parts, notes: {} };
}
