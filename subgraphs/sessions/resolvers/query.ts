import type { QueryResolvers } from '../generated/resolvers.ts';
import { lookAtPassword } from '../services/lookingAtPasswords.ts';

export const Query: QueryResolvers = {
  currentSession: (_, _args, { viewer, loaders }) => (viewer.kind === 'person' ? loaders.ownSession.load(viewer.sessionId) : null),
  passwordStrength: (_, { password, personal }) => lookAtPassword(password, personal ?? null),
};
