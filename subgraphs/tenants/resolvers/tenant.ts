import type { TenantId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { readTenantSettings } from '@kith/kernel/tenantSettings.ts';
import { permissionsIn } from '../domain/policy.ts';
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
  branding: ({ branding }) => readTenantSettings({ branding }).branding,
  viewerCan: (tenant, _args, { viewer }) => permissionsIn(viewer, tenant),
  settings: ({ id }, _args, { loaders }) => loaders.settings.load(id),
  statistics: ({ id }, _args, { loaders }) => loaders.memberStatistics.load(id),
  members: ({ id }, args, { loaders }) => membersOfTenant(loaders, id, args),
  auditExport: (tenant, { afterSequence }, { reads, parts }) => exportAudit(reads, parts, tenant, afterSequence ?? 0),
  auditLog: ({ id }, args, { reads }) => auditLogOf(reads, id, args),
};
