import type { SessionResolvers } from '../generated/resolvers.ts';

export const Session: SessionResolvers = {
  isCurrent: ({ id }, _args, { viewer }) => viewer.kind === 'person' && viewer.sessionId === id,
};
