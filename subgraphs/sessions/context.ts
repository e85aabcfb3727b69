import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { SubgraphContext } from '@kith/kernel/subgraph.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { SessionsLoaders } from './loaders.ts';
import { makeLoaders } from './loaders.ts';
import type { GoingOn } from './services/handingOver.ts';
import type { Asking } from './services/openingSession.ts';
import type { SessionsParts } from './sessionsParts.ts';

/** What the resolvers of one request work with. */
export interface SessionsContext extends SubgraphContext, GoingOn {
  /** Whoever asks, or has just signed in. */
  viewer: Viewer;
  /** Which request this is, and the machine it came from. */
  readonly asking: Asking;
  loaders: SessionsLoaders;
  readonly parts: SessionsParts;
}

/** Makes the context of a request. */
export function makeContext(request: GraphRequest, readsOf: RequestReads, parts: SessionsParts): SessionsContext {
  const loadersOf = (as: GraphRequest): SessionsLoaders => makeLoaders(readsOf(as), as.viewer, parts.clock);
  const context: SessionsContext = {
    viewer: request.viewer,
    asking: request,
    loaders: loadersOf(request),
    parts,
    notes: {},
    become: (viewer) => {
      context.viewer = viewer;
      context.loaders = loadersOf(request.as(viewer));
    },
  };
  return context;
}
