import type { QueryResolvers } from '../generated/resolvers.ts';

export const Query: QueryResolvers = {
  currentSession: (_, _args, { viewer, loaders }) => (viewer.kind === 'person' ? loaders.ownSession.load(viewer.sessionId) : null),
};
