import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { presenceAt } from '../domain/presence.ts';
import type { UserResolvers } from '../generated/resolvers.ts';
import { peopleOf } from '../services/listingPeople.ts';

export const User: UserResolvers = {
  // Async, for a throw in a plain function would cost the whole batch of entities its answer.
  __resolveReference: async ({ id }, { loaders }) => {
    const userId = parseId<UserId>(id);
    return userId === null ? null : loaders.person.load(userId);
  },
  verified: ({ emailVerifiedAt }) => emailVerifiedAt !== null,
  profile: (person) => person,
  followers: ({ id }, args, { loaders }) => peopleOf(loaders, 'followers', id, args),
  following: ({ id }, args, { loaders }) => peopleOf(loaders, 'following', id, args),
  mutualFollowers: ({ id }, args, { loaders }) => peopleOf(loaders, 'mutualFollowers', id, args),
  blockedUsers: ({ id }, args, { loaders }) => peopleOf(loaders, 'blockedUsers', id, args),
  relationship: ({ id }, _args, { loaders }) => loaders.relationship.load(id),
  presence: async ({ id }, _args, { loaders, parts }) => presenceAt(await loaders.lastSeenAt.load(id), parts.clock.now()),
  viewerCan: (person) => person,
  preferences: ({ id, ownPreferences }, _args, { loaders }) => ownPreferences ?? loaders.preferences.load(id),
};
