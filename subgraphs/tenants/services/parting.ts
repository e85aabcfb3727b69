import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { forbidden } from '@kith/kernel/policy.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { mayRemove, requireMayHere } from '../domain/policy.ts';
import { readReasonIfAny } from '../domain/tenantDraft.ts';
import type { HeldMember } from '../stores/members.ts';
import { holdMember, removeMembership, voidTokens } from '../stores/members.ts';
import type { Acting } from './acting.ts';
import { audit } from './auditing.ts';
import { memberUnknown } from './changingRole.ts';
import { keepingAnAdministrator } from './lastAdministrator.ts';

/** Somebody who leaves a tenant, or is removed. */
interface Parting extends HeldMember {
  readonly actorId: UserId;
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly action: 'membership.remove' | 'membership.leave';
  readonly reason: string | null;
}

/** Removes somebody from the active tenant. Refuses FORBIDDEN, USER_UNKNOWN, SELF_TARGETED, REASON_REQUIRED and LAST_ADMINISTRATOR. */
export async function removeMember(acting: Acting, input: { userId: string; reason?: string | null }): Promise<{ removedUserId: UserId }> {
  const { userId: actorId, tenantId } = requireMayHere(acting.viewer, 'removeMembers');
  const reason = readReasonIfAny(input.reason);
  const userId = parseId<UserId>(input.userId);
  if (userId === null) throw memberUnknown();
  if (userId === actorId) throw new Refusal('SELF_TARGETED', 'Nobody removes themselves: use `tenantLeave`.', ['input', 'userId']);
  await keepingAnAdministrator(['input', 'userId'], () =>
    acting.parts.database.transaction({ userId: actorId, tenantId }, async (tx) => {
      const member = await holdMember(tx, userId);
      if (member === null) throw memberUnknown();
      if (!mayRemove(acting.viewer, { userId, role: member.role, tenant: { id: tenantId } })) throw forbidden();
      await part(tx, acting, { ...member, actorId, userId, tenantId, action: 'membership.remove', reason });
    }),
  );
  return { removedUserId: userId };
}

/** Has the viewer leave a tenant of theirs, their active one unless another is named. Refuses UNAUTHENTICATED, TENANT_UNKNOWN and LAST_ADMINISTRATOR. */
export async function leaveTenant(acting: Acting, input: { tenantId?: string | null }): Promise<{ leftTenantId: TenantId }> {
  const { userId, tenantId: activeId } = requireSignedIn(acting.viewer);
  const tenantId = input.tenantId === null || input.tenantId === undefined ? activeId : parseId<TenantId>(input.tenantId);
  if (tenantId === null) throw tenantUnknown();
  await keepingAnAdministrator(['input', 'tenantId'], () =>
    acting.parts.database.transaction({ userId, tenantId }, async (tx) => {
      const member = await holdMember(tx, userId);
      if (member === null) throw tenantUnknown();
      await part(tx, acting, { ...member, actorId: userId, userId, tenantId, action: 'membership.leave', reason: null });
    }),
  );
  return { leftTenantId: tenantId };
}

async function part(tx: Transaction, acting: Acting, { actorId, userId, tenantId, membershipId, role, action, reason }: Parting): Promise<void> {
  const at = acting.parts.clock.now();
  await removeMembership(tx, membershipId);
  await voidTokens(tx, userId, at);
  await announce(tx, eventOf('tenant.member_left', { occurredAt: at, userId, tenantId, requestId: acting.requestId }, { membershipId, actorId }));
  await audit(tx, acting, { at, action, targetType: 'user', targetId: userId, before: { membershipId, role }, after: { reason } });
}

function tenantUnknown(): Refusal {
  return new Refusal('TENANT_UNKNOWN', 'There is no such tenant, or you do not belong to it.', ['input', 'tenantId']);
}
