import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { requireMay } from '@kith/kernel/policy.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { hashOfRestoreToken, parseRestoreToken } from '../domain/accountDeletion.ts';
import { policy } from '../domain/policy.ts';
import { putBack } from '../stores/deletions.ts';
import { addStatusRecord } from '../stores/statuses.ts';
import type { Acting } from './acting.ts';

const nobody = { userId: null, tenantId: null };

/**
 * Brings an account back as it stood before its deletion: by the token out of the mail, whoever has it, or by its id for administrators of the
 * platform. Whoever it belongs to signs in anew. Refuses UNAUTHENTICATED, FORBIDDEN, RESTORE_TOKEN_INVALID alike for every token that restores
 * nothing, and USER_UNKNOWN.
 */
export async function restoreAccount(acting: Acting, input: { token?: string | null; id?: string | null }): Promise<{ restored: true }> {
  if (typeof input.id === 'string' && typeof input.token !== 'string') return restoreById(acting, input.id);
  return restoreByToken(acting, input.token ?? '');
}

async function restoreByToken({ parts, requestId }: Acting, text: string): Promise<{ restored: true }> {
  const token = parseRestoreToken(text);
  if (token === null) throw tokenInvalid();
  const at = parts.clock.now();
  await parts.database.transaction(nobody, async (tx) => {
    const account = await putBack(tx, { userId: null, tokenHash: hashOfRestoreToken(token) }, at);
    if (account === null) throw tokenInvalid();
    await enterScope(tx, { userId: account.userId, tenantId: null });
    await tell(tx, account, { actorId: account.userId, requestId, at });
  });
  return { restored: true };
}

async function restoreById({ viewer, parts, requestId, client }: Acting, id: string): Promise<{ restored: true }> {
  requireMay(policy, viewer, 'restore', { userId: null, inActiveTenant: false });
  const { userId: actorId, tenantId } = requireSignedIn(viewer);
  const userId = parseId<UserId>(id);
  const at = parts.clock.now();
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    const account = userId === null ? null : await putBack(tx, { userId, tokenHash: null }, at);
    if (account === null) throw new Refusal('USER_UNKNOWN', 'There is no account under this id that could be restored.', ['input', 'id']);
    await tell(tx, account, { actorId, requestId, at });
    if (tenantId === null) return;
    const change = { before: { status: 'DELETED' }, after: { status: account.status } };
    await appendAudit(tx, parts.records, { at, action: 'user.restore', targetType: 'user', targetId: account.userId, ...change, client, requestId });
  });
  return { restored: true };
}

async function tell(tx: Transaction, { userId, status: to }: NonNullable<Awaited<ReturnType<typeof putBack>>>, by: { actorId: UserId; requestId: string; at: Date }): Promise<void> {
  const { actorId, requestId, at } = by;
  await addStatusRecord(tx, { userId, from: 'DELETED', to, reason: null, actorId, at });
  await announce(tx, eventOf('user.restored', { occurredAt: at, userId, tenantId: null, requestId }, { actorId }));
}

function tokenInvalid(): Refusal {
  return new Refusal('RESTORE_TOKEN_INVALID', 'This token restores nothing, or no longer.', ['input', 'token']);
}
