import { payloads } from '@kith/kernel/payload.ts';
import type { MutationResolvers, UserErrorCode } from '../generated/resolvers.ts';
import { acceptInvitation } from '../services/acceptingInvitation.ts';
import { changeRole } from '../services/changingRole.ts';
import { invite, resendInvitation, withdrawInvitation } from '../services/inviting.ts';
import { leaveTenant, removeMember } from '../services/parting.ts';
import { readingInvitation, readingMember, readingMembership } from '../services/readingAgain.ts';

const payloadOf = payloads<UserErrorCode>();

export const Mutation: MutationResolvers = {
  tenantMemberInvite: (_, { input }, context) => payloadOf(readingInvitation(context, invite(context, input))),
  tenantInvitationResend: (_, { input }, context) => payloadOf(readingInvitation(context, resendInvitation(context, input))),
  tenantInvitationRevoke: (_, { input }, context) => payloadOf(readingInvitation(context, withdrawInvitation(context, input))),
  tenantInvitationAccept: (_, { input }, context) => payloadOf(readingMembership(context, acceptInvitation(context, input))),
  tenantMemberRoleChange: (_, { input }, context) => payloadOf(readingMember(context, changeRole(context, input))),
  tenantMemberRemove: (_, { input }, context) => payloadOf(removeMember(context, input)),
  tenantLeave: (_, { input }, context) => payloadOf(leaveTenant(context, input)),
};
