import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { Client, GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { SessionsLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';
import type { SigningInParts } from './services/signingIn.ts';

/** What the resolvers of one request work with. */
export interface SessionsContext extends SubgraphContext {
  readonly viewer: Viewer;
  readonly client: Client;
  readonly loaders: SessionsLoaders;
  readonly signingIn: SigningInParts;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads, signingIn: SigningInParts): SessionsContext {
  const loaders = makeLoaders(readsOf(request), request.viewer, signingIn.clock);
  return { viewer: request.viewer, client: request.client, loaders, signingIn, extensions: {} };
}
