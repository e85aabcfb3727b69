import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import { requireMayHere } from '../domain/policy.ts';
import { readNameChange } from '../domain/tenantDraft.ts';
import { renameTenant } from '../stores/tenantLife.ts';
import type { Acting } from './acting.ts';
import { slugTaken } from './creatingTenant.ts';

/**
 * Changes what the viewer's active tenant is called, and answers its id. Refuses FORBIDDEN, NAME_INVALID, SLUG_INVALID, SLUG_TAKEN, and VERSION_CONFLICT
 * when it has changed since `version`.
 */
export async function updateTenant({ viewer, requestId, client, parts }: Acting, input: { version: number; name?: string | null; slug?: string | null }): Promise<TenantId> {
  const { userId, tenantId } = requireMayHere(viewer, 'update');
  const change = readNameChange(input);
  const at = parts.clock.now();
  const fields = Object.keys(change);
  try {
    await parts.database.transaction(scopeOf(viewer), async (tx) => {
      if (!(await renameTenant(tx, tenantId, input.version, change, at))) throw versionConflict();
      await announce(tx, eventOf('tenant.updated', { occurredAt: at, userId, tenantId, requestId }, { fields }));
      const after = { fields, version: input.version + 1 };
      await appendAudit(tx, parts.records, { at, action: 'tenant.update', targetType: 'tenant', targetId: tenantId, before: { version: input.version }, after, client, requestId });
    });
  } catch (error) {
    throw violatedConstraint(error) === 'tenants_slug_taken' ? slugTaken() : error;
  }
  return tenantId;
}

/** The refusal of a change that was decided on by an outdated state. */
export function versionConflict(): Refusal {
  return new Refusal('VERSION_CONFLICT', 'Somebody changed this in the meantime. Read it again, and decide anew.', ['input', 'version']);
}
