import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import { checkpointAudit } from './services/checkpointingAudit.ts';
import type { TenantsParts } from './tenantsParts.ts';

/** What the tenants subgraph does beside answering. */
export function tenantsJobs(parts: TenantsParts): Jobs {
  return {
    consumers: [],
    tasks: [],
    scheduled: [{ name: 'tenants.checkpoint_audit', cron: '*/10 * * * *', run: () => checkpointAudit(parts) }],
  };
}
