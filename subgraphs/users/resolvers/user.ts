import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { UserResolvers } from '../generated/resolvers.ts';

export const User: UserResolvers = {
  // Async, for a throw in a plain function would cost the whole batch of entities its answer.
  __resolveReference: async ({ id }, { loaders }) => {
    const userId = parseId<UserId>(id);
    return userId === null ? null : loaders.person.load(userId);
  },
  verified: ({ emailVerifiedAt }) => emailVerifiedAt !== null,
  profile: (person) => person,
  preferences: ({ id, ownPreferences }, _args, { loaders }) => ownPreferences ?? loaders.preferences.load(id),
};
