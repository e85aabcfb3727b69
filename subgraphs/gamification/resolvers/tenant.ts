import type { TenantId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { TenantResolvers } from '../generated/resolvers.ts';

export const Tenant: TenantResolvers = {
  __resolveReference: async ({ id }) => {
    const tenantId = parseId<TenantId>(id);
    return tenantId === null ? null : { id: tenantId };
  },
  circulation: ({ id }, _args, { loaders }) => loaders.circulation.load(id),
};
