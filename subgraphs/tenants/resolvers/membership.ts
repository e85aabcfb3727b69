import { mayChangeRole, mayRemove } from '../domain/policy.ts';
import type { MembershipResolvers } from '../generated/resolvers.ts';
import { roleChangesOf } from '../services/listing.ts';

export const Membership: MembershipResolvers = {
  viewerCan: (membership, _args, { viewer }) => ({ changeRole: mayChangeRole(viewer, membership), remove: mayRemove(viewer, membership) }),
  roleChanges: ({ id }, args, { loaders }) => roleChangesOf(loaders, id, args),
  invitation: ({ id }, _args, { loaders }) => loaders.invitationOfMembership.load(id),
};
