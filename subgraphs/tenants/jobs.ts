import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import { checkpointAudit } from './services/checkpointingAudit.ts';
import { forgetInvitationRequests } from './services/forgettingRequests.ts';
import { mailInvitation } from './services/mailingInvitations.ts';
import type { TenantsParts } from './tenantsParts.ts';

/** What the tenants subgraph does beside answering. */
export function tenantsJobs(parts: TenantsParts): Jobs {
  return {
    consumers: [mailInvitation(parts)],
    tasks: [],
    scheduled: [
      { name: 'tenants.checkpoint_audit', cron: '*/10 * * * *', run: () => checkpointAudit(parts) },
      { name: 'tenants.forget_invitation_requests', cron: '27 * * * *', run: () => forgetInvitationRequests(parts) },
    ],
  };
}
