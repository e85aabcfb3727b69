import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import type { RequestError } from '@kith/kernel/errors.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { forbidden, requireMay } from '@kith/kernel/policy.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { aboutNothingYet, aboutTenant, policy } from '../domain/policy.ts';
import { parseSlugTyped } from '../domain/slug.ts';
import { goneSince, restorableUntil } from '../domain/tenant.ts';
import { readReason } from '../domain/tenantDraft.ts';
import type { StatusAct, StatusChanged } from '../stores/tenantLife.ts';
import { changeStatus, voidTenantTokens } from '../stores/tenantLife.ts';
import type { Acting } from './acting.ts';

/** Closes a tenant for a while, and answers its id. Refuses FORBIDDEN, TENANT_UNKNOWN, STATUS_UNCHANGEABLE and REASON_REQUIRED. */
export async function suspendTenant(acting: Acting, input: { id: string; reason: string }): Promise<TenantId> {
  requireMay(policy, acting.viewer, 'suspend', aboutNothingYet);
  return putStatus(acting, parseId<TenantId>(input.id), 'suspend', readReason(input.reason));
}

/** Opens a suspended tenant again, and answers its id. Refuses FORBIDDEN, TENANT_UNKNOWN and STATUS_UNCHANGEABLE. */
export async function reinstateTenant(acting: Acting, input: { id: string }): Promise<TenantId> {
  requireMay(policy, acting.viewer, 'suspend', aboutNothingYet);
  return putStatus(acting, parseId<TenantId>(input.id), 'reinstate');
}

/** Brings back a deleted tenant, and answers its id. Refuses FORBIDDEN, TENANT_UNKNOWN and STATUS_UNCHANGEABLE. */
export async function restoreTenant(acting: Acting, input: { id: string }): Promise<TenantId> {
  requireMay(policy, acting.viewer, 'restore', aboutNothingYet);
  return putStatus(acting, parseId<TenantId>(input.id), 'restore');
}

/**
 * Deletes the viewer's active tenant, or for administrators of the platform any, and answers until when it can be restored. Refuses FORBIDDEN,
 * TENANT_UNKNOWN, STATUS_UNCHANGEABLE and CONFIRMATION_MISMATCH.
 */
export async function deleteTenant(acting: Acting, input: { id?: string | null; confirmSlug: string }): Promise<{ restorableUntil: Date }> {
  const { tenantId: active } = requireSignedIn(acting.viewer);
  const given = input.id ?? null;
  const id = given === null ? active : parseId<TenantId>(given);
  // Of a tenant that is not there, whoever may delete only their own learns as much as of a foreign one.
  requireMay(policy, acting.viewer, 'delete', id === null ? aboutNothingYet : aboutTenant(acting.viewer, id));
  // Of a moment in front of the deletion's own: never promised for longer than it holds.
  const until = restorableUntil(acting.parts.clock.now());
  await putStatus(acting, id, 'delete', null, ({ slug }) => {
    if (parseSlugTyped(input.confirmSlug) !== slug) throw new Refusal('CONFIRMATION_MISMATCH', 'This is not the slug of the tenant.', ['input', 'confirmSlug']);
  });
  return { restorableUntil: until };
}

type Confirm = (changed: StatusChanged) => void;

async function putStatus(acting: Acting, id: TenantId | null, act: StatusAct['act'], reason: string | null = null, confirm: Confirm = () => {}): Promise<TenantId> {
  if (id === null) throw unknown();
  const { userId } = scopeOf(acting.viewer);
  try {
    await acting.parts.database.transaction({ userId, tenantId: id }, (tx) => writeStatus(tx, acting, id, act, reason, confirm));
  } catch (error) {
    throw refusalOf(violatedConstraint(error)) ?? error;
  }
  return id;
}

async function writeStatus(tx: Transaction, { viewer, requestId, client, parts }: Acting, id: TenantId, act: StatusAct['act'], reason: string | null, confirm: Confirm): Promise<void> {
  const { userId: actorId } = requireSignedIn(viewer);
  const at = parts.clock.now();
  const changed = await changeStatus(tx, id, { act, reason, goneSince: goneSince(at), at });
  if (changed === null) throw unknown();
  confirm(changed);
  const { was: from, became: to } = changed;
  if (to !== 'ACTIVE') await voidTenantTokens(tx, id, at);
  await announce(tx, eventOf('tenant.status_changed', { occurredAt: at, userId: null, tenantId: id, requestId }, { from, to, actorId }));
  await appendAudit(tx, parts.records, { at, action: `tenant.${act}`, targetType: 'tenant', targetId: id, before: { status: from }, after: { status: to }, client, requestId });
}

function refusalOf(constraint: string | null): Refusal | RequestError | null {
  if (constraint === 'tenants_status_machine') return new Refusal('STATUS_UNCHANGEABLE', 'The tenant cannot go from where it stands to there.', ['input', 'id']);
  return constraint === 'tenants_status_by_entitled' ? forbidden() : null;
}

function unknown(): Refusal {
  return new Refusal('TENANT_UNKNOWN', 'There is no such tenant.', ['input', 'id']);
}
