import type { MembershipResolvers } from '../generated/resolvers.ts';
import { personBehind } from '../services/findingPeople.ts';

export const Membership: MembershipResolvers = {
  // Answered here rather than in tenants, which would hand on the id of somebody the viewer may not see.
  user: ({ userId }, _args, { loaders }) => personBehind(loaders, userId),
};
