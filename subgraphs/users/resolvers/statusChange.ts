import type { StatusChangeResolvers } from '../generated/resolvers.ts';

export const StatusChange: StatusChangeResolvers = {
  actor: ({ actorId }, _args, { loaders }) => (actorId === null ? null : loaders.person.load(actorId)),
};
