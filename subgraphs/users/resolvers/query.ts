import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { isUsernameAvailable } from '../services/changingUsername.ts';
import { findPeople } from '../services/finding.ts';
import { peopleOnline } from '../services/listingPeople.ts';
import { erasureReportOf } from '../services/listingRecords.ts';

export const Query: QueryResolvers = {
  me: (_, _args, { viewer, loaders }) => (viewer.kind === 'person' ? loaders.person.load(viewer.userId) : null),
  user: (_, { id }, { loaders }) => {
    const userId = parseId<UserId>(id);
    return userId === null ? null : loaders.person.load(userId);
  },
  userByUsername: (_, { username }, { loaders }) => loaders.personByUsername.load(canonicalLogin(username)),
  usernameAvailable: (_, { username }, { viewer, reads, parts }) => isUsernameAvailable(viewer, reads, parts.clock, username),
  usersOnline: (_, args, { viewer, reads, loaders, parts }) => peopleOnline(viewer, reads, loaders, parts.clock.now(), args),
  erasureReport: (_, { userId }, { viewer, loaders }) => erasureReportOf(viewer, loaders, userId),
  users: (_, args, { viewer, reads, loaders }) => findPeople(viewer, reads, loaders, args),
};
