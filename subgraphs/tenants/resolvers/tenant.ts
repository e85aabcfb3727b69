import type { TenantId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { TenantResolvers } from '../generated/resolvers.ts';
import { exportAudit } from '../services/exportingAudit.ts';
import { membersOfTenant } from '../services/listing.ts';
import { auditLogOf } from '../services/readingAudit.ts';
import { invitationsOfTenant } from '../services/listingInvitations.ts';

export const Tenant: TenantResolvers = {
  // Async, for a throw in a plain function would cost the whole batch of entities its answer.
  __resolveReference: async ({ id }, { loaders }) => {
    const tenantId = parseId<TenantId>(id);
    return tenantId === null ? null : loaders.tenant.load(tenantId);
  },
  invitations: ({ id }, args, { loaders }) => invitationsOfTenant(loaders, id, args),
  members: ({ id }, args, { loaders }) => membersOfTenant(loaders, id, args),
  auditExport: (tenant, { afterSequence }, { reads, parts }) => exportAudit(reads, parts, tenant, afterSequence ?? 0),
  auditLog: ({ id }, args, { reads }) => auditLogOf(reads, id, args),
};
