import type { TenantStatisticsResolvers } from '../generated/resolvers.ts';
import { dailyStatistics } from '../services/listing.ts';

export const TenantStatistics: TenantStatisticsResolvers = {
  daily: ({ tenantId }, { days = null }, { loaders, parts }) => dailyStatistics(loaders, parts.clock, tenantId, days),
};
