import { appendAudit } from '@kith/drizzle/auditLog.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { goneSince } from '../domain/tenant.ts';
import { emptySome } from '../stores/tenantLife.ts';
import type { TenantsParts } from '../tenantsParts.ts';

/** How many rows one transaction removes at the most: nobody waits long behind it. */
const batchRowsMax = 1_000;

const requestId = 'tenants.empty_deleted';
const client = { address: null, userAgent: null };

/**
 * Removes memberships, invitations and rules of the tenants whose time to be restored is over, a batch at a time, and frees their slugs. Stopped in
 * between, it goes on from there the next time. Answers how many tenants it emptied.
 */
export async function emptyDeletedTenants(parts: Pick<TenantsParts, 'database' | 'clock' | 'records'>, rowsMax = batchRowsMax): Promise<number> {
  for (let emptied = 0; ; ) {
    const done = await emptyStep(parts, rowsMax);
    if (done === null) return emptied;
    if (done) emptied += 1;
  }
}

/** Takes one step, and answers whether a tenant is empty by it. Null when there is nothing to empty. */
export async function emptyStep({ database, clock, records }: Pick<TenantsParts, 'database' | 'clock' | 'records'>, rowsMax = batchRowsMax): Promise<boolean | null> {
  const at = clock.now();
  return database.transaction({ userId: null, tenantId: null }, async (tx) => {
    const step = await emptySome(tx, goneSince(at), at, rowsMax);
    if (step?.done === true) {
      await enterScope(tx, { userId: null, tenantId: step.tenantId });
      await appendAudit(tx, records, { at, action: 'tenant.empty', targetType: 'tenant', targetId: step.tenantId, before: null, after: null, client, requestId });
    }
    return step?.done ?? null;
  });
}
