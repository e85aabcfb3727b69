import type { InvitationResolvers } from '../generated/resolvers.ts';
import { personBehind } from '../services/findingPeople.ts';

// Answered here rather than in tenants, which would hand on the ids of people the viewer may not see.
export const Invitation: InvitationResolvers = {
  invitedBy: ({ invitedById }, _args, { loaders }) => personBehind(loaders, invitedById),
  acceptedBy: ({ acceptedById }, _args, { loaders }) => personBehind(loaders, acceptedById),
};
