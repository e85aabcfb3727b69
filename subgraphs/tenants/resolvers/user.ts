import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { UserResolvers } from '../generated/resolvers.ts';
import { membershipsOfPerson } from '../services/listing.ts';
import { auditAboutPerson, auditByPerson } from '../services/readingAudit.ts';
import { invitationsReceivedBy, invitationsSentBy } from '../services/listingInvitations.ts';

export const User: UserResolvers = {
  __resolveReference: async ({ id }) => {
    const userId = parseId<UserId>(id);
    return userId === null ? null : { id: userId };
  },
  auditEntries: ({ id }, args, { loaders }) => auditAboutPerson(loaders, id, args),
  auditedActs: ({ id }, args, { loaders }) => auditByPerson(loaders, id, args),
  memberships: ({ id }, args, { loaders }) => membershipsOfPerson(loaders, id, args),
  membership: ({ id }, _args, { loaders }) => loaders.membershipOfPerson.load(id),
  invitationsSent: ({ id }, args, { loaders }) => invitationsSentBy(loaders, id, args),
  invitationsReceived: ({ id }, args, { loaders }) => invitationsReceivedBy(loaders, id, args),
};
