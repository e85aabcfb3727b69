import { mayBlock, mayChangeStatus, mayDelete, mayFollow, mayNow } from '../domain/policy.ts';
import type { UserPermissionsResolvers } from '../generated/resolvers.ts';

export const UserPermissions: UserPermissionsResolvers = {
  update: (person, _args, { viewer }) => mayNow(viewer, 'update', person),
  follow: async (person, _args, { viewer, loaders }) => mayFollow(viewer, person) && (await loaders.relationship.load(person.id))?.viewerBlocks === false,
  block: (person, _args, { viewer }) => mayBlock(viewer, person),
  suspend: (person, _args, { viewer }) => mayChangeStatus(viewer, 'suspend', person),
  ban: (person, _args, { viewer }) => mayChangeStatus(viewer, 'ban', person),
  reinstate: (person, _args, { viewer }) => mayChangeStatus(viewer, 'reinstate', person),
  delete: (person, _args, { viewer }) => mayDelete(viewer, person),
  readContact: (person, _args, { viewer }) => mayNow(viewer, 'readContact', person),
};
