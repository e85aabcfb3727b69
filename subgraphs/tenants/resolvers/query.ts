import type { QueryResolvers } from '../generated/resolvers.ts';
import { findOffer } from '../services/offeringInvitation.ts';
import { findTenant } from '../services/findingTenant.ts';
import { everyTenant, ownTenants } from '../services/listing.ts';

export const Query: QueryResolvers = {
  invitation: (_, { token }, { reads, parts }) => findOffer(reads, parts.clock, token),
  currentTenant: (_, _args, { viewer, loaders }) => (viewer.kind === 'person' && viewer.tenantId !== null ? loaders.tenant.load(viewer.tenantId) : null),
  tenant: (_, args, { loaders }) => findTenant(loaders, args),
  allTenants: (_, args, { viewer, reads, loaders }) => everyTenant(viewer, reads, loaders, args),
  tenants: (_, args, { viewer, loaders }) => ownTenants(viewer, loaders, args),
};
