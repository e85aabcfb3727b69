import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { canonicalLogin } from '@kith/kernel/canonical.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { requireMay } from '@kith/kernel/policy.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { readDeletionReason, restorableUntil } from '../domain/accountDeletion.ts';
import { policy } from '../domain/policy.ts';
import { holdOwnAccount, leftWithoutAdministrator, markDeleted } from '../stores/deletions.ts';
import { addStatusRecord, revokeAllSessions } from '../stores/statuses.ts';
import type { Acting } from './acting.ts';

interface DeleteInput {
  readonly id?: string | null;
  readonly confirmUsername: string;
  readonly reason?: string | null;
}

/**
 * Deletes an account: one's own, or for administrators of the platform anybody's. Everything stays for 30 days, but nobody can sign in to it
 * or see it. Refuses UNAUTHENTICATED, FORBIDDEN, USER_UNKNOWN, CONFIRMATION_MISMATCH, STATUS_UNCHANGEABLE, FIELD_TOO_LONG and LAST_ADMINISTRATOR.
 */
export async function deleteAccount(acting: Acting, input: DeleteInput): Promise<{ restorableUntil: Date }> {
  const { userId: ownId } = requireSignedIn(acting.viewer);
  const userId = input.id === undefined || input.id === null ? ownId : parseId<UserId>(input.id);
  requireMay(policy, acting.viewer, 'delete', { userId, inActiveTenant: false });
  const reason = readDeletionReason(input.reason ?? null);
  if (userId === null) throw unknown();
  const at = acting.parts.clock.now();
  try {
    await acting.parts.database.transaction(scopeOf(acting.viewer), (tx) => writeDeletion(tx, acting, { userId, reason, at, confirmUsername: input.confirmUsername }));
  } catch (error) {
    if (violatedConstraint(error) === 'people_status_machine') throw unchangeable();
    throw error;
  }
  return { restorableUntil: restorableUntil(at) };
}

interface Deletion {
  readonly userId: UserId;
  readonly reason: string | null;
  readonly confirmUsername: string;
  readonly at: Date;
}

async function writeDeletion(tx: Transaction, { viewer, requestId, client, parts }: Acting, { userId, reason, confirmUsername, at }: Deletion): Promise<void> {
  const { userId: actorId, tenantId } = requireSignedIn(viewer);
  // Tenants before people, as everywhere: whoever leaves at the same moment and is the other last administrator waits here.
  const tenants = await leftWithoutAdministrator(tx, userId);
  const account = await holdOwnAccount(tx, userId);
  if (account === null) throw unknown();
  if (canonicalLogin(confirmUsername) !== account.usernameCanonical) throw mismatch();
  if (account.status === 'DELETED') throw unchangeable();
  if (tenants.length > 0) throw lastAdministrator(tenants);
  await markDeleted(tx, userId, reason, at);
  await revokeAllSessions(tx, userId, 'DELETED', at);
  await addStatusRecord(tx, { userId, from: account.status, to: 'DELETED', reason, actorId, at });
  await announce(tx, eventOf('user.deleted', { occurredAt: at, userId, tenantId, requestId }, { actorId }));
  if (tenantId === null) return;
  await appendAudit(tx, parts.records, { at, action: 'user.delete', targetType: 'user', targetId: userId, before: { status: account.status }, after: { status: 'DELETED' }, client, requestId });
}

function unknown(): Refusal {
  return new Refusal('USER_UNKNOWN', 'There is nobody under this id.', ['input', 'id']);
}

function mismatch(): Refusal {
  return new Refusal('CONFIRMATION_MISMATCH', 'Type the username of the account to confirm.', ['input', 'confirmUsername']);
}

function unchangeable(): Refusal {
  return new Refusal('STATUS_UNCHANGEABLE', 'The account is deleted already.', ['input', 'id']);
}

function lastAdministrator(tenants: readonly string[]): Refusal {
  const names = new Intl.ListFormat('en').format(tenants);
  return new Refusal('LAST_ADMINISTRATOR', `Without this account there would be no administrator of ${names}. Make somebody else one first, or delete the tenant.`, ['input', 'id']);
}
