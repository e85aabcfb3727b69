import type { RoleChangeResolvers } from '../generated/resolvers.ts';
import { personBehind } from '../services/findingPeople.ts';

// Answered here rather than in tenants, which would hand on the id of somebody the viewer may not see.
export const RoleChange: RoleChangeResolvers = {
  changedBy: ({ changedById }, _args, { loaders }) => personBehind(loaders, changedById),
};
