import { readTenantSettings } from '@kith/kernel/tenantSettings.ts';
import { stateOf } from '../domain/invitation.ts';
import type { InvitationOfferResolvers, InvitationResolvers } from '../generated/resolvers.ts';
import { tenantOfInvitation } from '../services/findingTenant.ts';

export const Invitation: InvitationResolvers = {
  state: (invitation, _args, { parts }) => stateOf(invitation, parts.clock.now()),
  tenant: ({ tenantId }, _args, { loaders }) => tenantOfInvitation(loaders, tenantId),
  closedAt: ({ acceptedAt, revokedAt }) => acceptedAt ?? revokedAt,
};

export const InvitationOffer: InvitationOfferResolvers = {
  branding: ({ branding }) => readTenantSettings({ branding }).branding,
};
