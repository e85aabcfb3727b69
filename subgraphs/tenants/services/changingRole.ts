import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { newRowId, parseId } from '@kith/kernel/ids.ts';
import { forbidden } from '@kith/kernel/policy.ts';
import type { Role } from '@kith/kernel/role.ts';
import { roleUnassignable } from '../domain/invitation.ts';
import { isAssignable, requireMayHere } from '../domain/policy.ts';
import { addRoleChange, holdMember, setRole, voidTokens } from '../stores/members.ts';
import type { Acting } from './acting.ts';
import { audit } from './auditing.ts';
import { keepingAnAdministrator } from './lastAdministrator.ts';

/** Who changes whose role, and to what. */
interface Change {
  readonly actorId: UserId;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly to: Role;
}

/**
 * Changes what a member of the active tenant may do, and answers who that is. Whoever has the role already keeps it, and nothing is told of. Refuses
 * FORBIDDEN, USER_UNKNOWN, ROLE_UNASSIGNABLE and LAST_ADMINISTRATOR.
 */
export async function changeRole(acting: Acting, input: { userId: string; role: Role }): Promise<UserId> {
  const { userId: actorId, tenantId } = requireMayHere(acting.viewer, 'changeRoles');
  if (!isAssignable(input.role)) throw roleUnassignable();
  const userId = parseId<UserId>(input.userId);
  if (userId === null) throw memberUnknown();
  const change = { actorId, tenantId, userId, to: input.role };
  await keepingAnAdministrator(['input', 'role'], () => acting.parts.database.transaction({ userId: actorId, tenantId }, (tx) => writeRole(tx, acting, change)));
  return userId;
}

async function writeRole(tx: Transaction, acting: Acting, { actorId, tenantId, userId, to }: Change): Promise<void> {
  const member = await holdMember(tx, userId);
  if (member === null) throw memberUnknown();
  const { membershipId, role: from } = member;
  if (!isAssignable(from)) throw forbidden();
  if (from === to) return;
  const at = acting.parts.clock.now();
  await setRole(tx, membershipId, to);
  await addRoleChange(tx, { id: newRowId(at), tenantId, membershipId, userId, fromRole: from, toRole: to, changedBy: actorId, changedAt: at });
  await voidTokens(tx, userId, at);
  const subject = { occurredAt: at, userId, tenantId, requestId: acting.requestId };
  await announce(tx, eventOf('tenant.member_role_changed', subject, { membershipId, from, to, actorId }));
  await audit(tx, acting, { at, action: 'membership.role_change', targetType: 'user', targetId: userId, before: { membershipId, role: from }, after: { membershipId, role: to } });
}

/** The refusal of somebody who does not belong to the active tenant, whether or not they are anywhere else. */
export function memberUnknown(): Refusal {
  return new Refusal('USER_UNKNOWN', 'There is nobody you may see under this id.', ['input', 'userId']);
}
