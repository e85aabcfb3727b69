import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import type { TenantsParts } from './tenantsParts.ts';

/** What the tenants subgraph does beside answering. */
export function tenantsJobs(_parts: TenantsParts): Jobs {
  return { consumers: [], tasks: [], scheduled: [] };
}
