import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { preferencesOf } from '../domain/notificationPreferences.ts';
import { presenceAt } from '../domain/presence.ts';
import type { UserResolvers } from '../generated/resolvers.ts';
import { phoneNumberOf } from '../services/changingPhoneNumber.ts';
import { notificationsOfPerson, pushTokensOfPerson } from '../services/listing.ts';
import { peopleOf } from '../services/listingPeople.ts';
import { dataExportsOf, formerUsernamesOf, statusHistoryOf } from '../services/listingRecords.ts';

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
  phoneNumber: ({ id }, _args, context) => phoneNumberOf(context, id),
  notifications: ({ id }, args, { loaders }) => notificationsOfPerson(loaders, id, args),
  unreadNotificationCount: ({ id }, _args, { loaders }) => loaders.unreadCountOfPerson.load(id),
  notificationPreferences: async ({ id }, _args, { loaders }) => preferencesOf(await loaders.notificationChoices.load(id)),
  pushTokens: ({ id }, args, { loaders }) => pushTokensOfPerson(loaders, id, args),
  statusHistory: ({ id }, args, { loaders }) => statusHistoryOf(loaders, id, args),
  formerUsernames: ({ id }, args, { loaders }) => formerUsernamesOf(loaders, id, args),
  dataExports: ({ id }, args, { loaders, parts }) => dataExportsOf(loaders, parts.clock, id, args),
  deletion: ({ id }, _args, { loaders }) => loaders.deletion.load(id),
  deletionImpact: (person, _args, { loaders }) => loaders.deletionImpact.load(person),
};
