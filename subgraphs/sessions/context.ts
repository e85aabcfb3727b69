import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { SessionsLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';
import type { Asking } from './services/openingSession.ts';
import type { SessionsParts } from './sessionsParts.ts';

/** What the resolvers of one request work with. */
export interface SessionsContext extends SubgraphContext {
  readonly viewer: Viewer;
  /** Which request this is, and the machine it came from. */
  readonly asking: Asking;
  readonly loaders: SessionsLoaders;
  readonly parts: SessionsParts;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads, parts: SessionsParts): SessionsContext {
  const loaders = makeLoaders(readsOf(request), request.viewer, parts.clock);
  return { viewer: request.viewer, asking: request, loaders, parts, notes: {} };
}
