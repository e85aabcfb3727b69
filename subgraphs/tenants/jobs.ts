import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import { checkpointAudit } from './services/checkpointingAudit.ts';
import { countJoining, countLeaving, countSignIn, foldAllCounts } from './services/counting.ts';
import { emptyDeletedTenants } from './services/emptyingTenants.ts';
import { forgetInvitationRequests } from './services/forgettingRequests.ts';
import { mailInvitation } from './services/mailingInvitations.ts';
import { pruneOldAudit } from './services/pruningOldAudit.ts';
import type { TenantsParts } from './tenantsParts.ts';

/** What the tenants subgraph does beside answering. */
export function tenantsJobs(parts: TenantsParts): Jobs {
  return {
    consumers: [countSignIn(parts), countJoining(parts), countLeaving(parts), mailInvitation(parts)],
    tasks: [],
    scheduled: [
      { name: 'tenants.fold_counts', cron: '* * * * *', run: () => foldAllCounts(parts) },
      { name: 'tenants.checkpoint_audit', cron: '*/10 * * * *', run: () => checkpointAudit(parts) },
      { name: 'tenants.prune_audit', cron: '57 3 * * *', run: async () => void (await pruneOldAudit(parts)) },
      { name: 'tenants.forget_invitation_requests', cron: '27 * * * *', run: () => forgetInvitationRequests(parts) },
      { name: 'tenants.empty_deleted', cron: '37 * * * *', run: async () => void (await emptyDeletedTenants(parts)) },
    ],
  };
}
