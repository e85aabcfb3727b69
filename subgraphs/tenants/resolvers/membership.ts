import type { MembershipResolvers } from '../generated/resolvers.ts';

export const Membership: MembershipResolvers = {
  user: ({ userId }) => ({ id: userId }),
};
