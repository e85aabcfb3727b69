import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { requireAdministrator, requireMayChangeStatus } from '../domain/policy.ts';
import type { StatusChange } from '../domain/statusChange.ts';
import { ban, reinstatement, suspension } from '../domain/statusChange.ts';
import type { Account } from '../stores/statuses.ts';
import { addStatusRecord, changeStatus, holdAccount, revokeAllSessions } from '../stores/statuses.ts';
import type { Acting } from './acting.ts';

/** Suspends a person of the active tenant. Refuses FORBIDDEN, USER_UNKNOWN, STATUS_UNCHANGEABLE, REASON_REQUIRED and UNTIL_INVALID. */
export async function suspend(acting: Acting, input: { id: string; reason: string; until?: Date | null }): Promise<UserId> {
  requireAdministrator(acting.viewer, 'suspend');
  return putStatus(acting, input.id, suspension(input.reason, input.until ?? null, acting.parts.clock.now()));
}

/** Bans a person of the active tenant. Refuses FORBIDDEN, USER_UNKNOWN, STATUS_UNCHANGEABLE and REASON_REQUIRED. */
export async function banPerson(acting: Acting, input: { id: string; reason: string }): Promise<UserId> {
  requireAdministrator(acting.viewer, 'ban');
  return putStatus(acting, input.id, ban(input.reason));
}

/** Lifts the suspension or ban of a person of the active tenant. Refuses FORBIDDEN, USER_UNKNOWN and STATUS_UNCHANGEABLE. */
export async function reinstate(acting: Acting, input: { id: string }): Promise<UserId> {
  requireAdministrator(acting.viewer, 'reinstate');
  return putStatus(acting, input.id, reinstatement);
}

async function putStatus(acting: Acting, id: string, change: StatusChange): Promise<UserId> {
  const userId = parseId<UserId>(id);
  if (userId === null) throw unknown();
  try {
    await acting.parts.database.transaction(scopeOf(acting.viewer), (tx) => writeStatus(tx, acting, userId, change));
  } catch (error) {
    if (violatedConstraint(error) === 'people_status_machine') throw unchangeable();
    throw error;
  }
  return userId;
}

async function writeStatus(tx: Transaction, { viewer, client, requestId, parts }: Acting, userId: UserId, change: StatusChange): Promise<void> {
  const actor = requireSignedIn(viewer);
  const account = await holdAccount(tx, userId);
  if (account === null) throw unknown();
  requireMayChangeStatus(actor, account);
  if (change.onlyFrom?.includes(account.status) === false) throw unchangeable();
  const { to, reason } = change;
  const { status: from } = account;
  const at = parts.clock.now();
  const actorId = actor.userId;
  await changeStatus(tx, userId, change, actorId, at);
  if (to !== 'ACTIVE') await revokeAllSessions(tx, userId, to, at);
  await addStatusRecord(tx, { userId, from, to, reason, actorId, at });
  await announce(tx, eventOf('user.status_changed', { occurredAt: at, userId, tenantId: actor.tenantId, requestId }, { from, to, actorId }));
  await appendAudit(tx, parts.records, {
    at,
    action: actions[to] ?? 'user.status_change',
    targetType: 'user',
    targetId: userId,
    ...beforeAndAfter(account, change),
    client,
    requestId,
  });
}

/** What the audit log calls it. */
const actions: Partial<Record<StatusChange['to'], string>> = { SUSPENDED: 'user.suspend', BANNED: 'user.ban', ACTIVE: 'user.reinstate' };

function beforeAndAfter({ status, statusReason, suspendedUntil }: Account, { to, reason, suspendedUntil: until }: StatusChange) {
  return { before: { status, reason: statusReason, suspendedUntil }, after: { status: to, reason, suspendedUntil: until } };
}

function unknown(): Refusal {
  return new Refusal('USER_UNKNOWN', 'There is nobody you may see under this id.', ['input', 'id']);
}

function unchangeable(): Refusal {
  return new Refusal('STATUS_UNCHANGEABLE', 'The account cannot go from where it stands to there.', ['input', 'id']);
}
