import type { SecurityResolvers } from '../generated/resolvers.ts';
import { sessionsOfPerson } from '../services/listing.ts';

export const Security: SecurityResolvers = {
  sessions: ({ userId }, args, { loaders }) => sessionsOfPerson(loaders, userId, args),
};
