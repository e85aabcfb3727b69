import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { MembershipResolvers } from '../generated/resolvers.ts';

export const Membership: MembershipResolvers = {
  // Answered here rather than in tenants, which would hand on the id of somebody the viewer may not see.
  user: (membership, _args, { loaders }) => {
    const userId = parseId<UserId>(membership.userId);
    return userId === null ? null : loaders.person.load(userId);
  },
};
