import { payloads } from '@kith/kernel/payload.ts';
import type { MutationResolvers, UserErrorCode } from '../generated/resolvers.ts';
import { acceptInvitation } from '../services/acceptingInvitation.ts';
import { changeRole } from '../services/changingRole.ts';
import { changeSettings, readingSettingsAgain } from '../services/changingSettings.ts';
import { updateTenant } from '../services/changingTenant.ts';
import { deleteTenant, reinstateTenant, restoreTenant, suspendTenant } from '../services/closingTenant.ts';
import { createTenant } from '../services/creatingTenant.ts';
import { invite, resendInvitation, withdrawInvitation } from '../services/inviting.ts';
import { leaveTenant, removeMember } from '../services/parting.ts';
import { readingInvitation, readingMember, readingMembership, readingTenantAgain } from '../services/readingAgain.ts';

const payloadOf = payloads<UserErrorCode>();

export const Mutation: MutationResolvers = {
  tenantMemberInvite: (_, { input }, context) => payloadOf(readingInvitation(context, invite(context, input))),
  tenantInvitationResend: (_, { input }, context) => payloadOf(readingInvitation(context, resendInvitation(context, input))),
  tenantInvitationRevoke: (_, { input }, context) => payloadOf(readingInvitation(context, withdrawInvitation(context, input))),
  tenantInvitationAccept: (_, { input }, context) => payloadOf(readingMembership(context, acceptInvitation(context, input))),
  tenantMemberRoleChange: (_, { input }, context) => payloadOf(readingMember(context, changeRole(context, input))),
  tenantMemberRemove: (_, { input }, context) => payloadOf(removeMember(context, input)),
  tenantLeave: (_, { input }, context) => payloadOf(leaveTenant(context, input)),
  tenantCreate: (_, { input }, context) => payloadOf(readingTenantAgain(context, createTenant(context, input))),
  tenantUpdate: (_, { input }, context) => payloadOf(readingTenantAgain(context, updateTenant(context, input))),
  tenantSettingsUpdate: (_, { input }, context) => payloadOf(readingSettingsAgain(context, changeSettings(context, input))),
  tenantSuspend: (_, { input }, context) => payloadOf(readingTenantAgain(context, suspendTenant(context, input))),
  tenantReinstate: (_, { input }, context) => payloadOf(readingTenantAgain(context, reinstateTenant(context, input))),
  tenantDelete: (_, { input }, context) => payloadOf(deleteTenant(context, input)),
  tenantRestore: (_, { input }, context) => payloadOf(readingTenantAgain(context, restoreTenant(context, input))),
};
