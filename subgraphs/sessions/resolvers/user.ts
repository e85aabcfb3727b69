import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { UserResolvers } from '../generated/resolvers.ts';

export const User: UserResolvers = {
  __resolveReference: async ({ id }) => {
    const userId = parseId<UserId>(id);
    return userId === null ? null : { id: userId };
  },
  security: ({ id }) => ({ userId: id }),
};
