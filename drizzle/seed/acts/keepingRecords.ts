import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import type { AuditedAct } from '../../auditLog.ts';
import { appendAudit } from '../../auditLog.ts';
import type { Transaction } from '../../database.ts';
import { enterScope } from '../../database.ts';
import type { Cast, CastPerson } from '../cast.ts';
import { personNamed, stopOf } from '../cast.ts';
import { daysFrom } from '../days.ts';
import { demoIds } from '../demoId.ts';
import { documentationAddress } from '../devices.ts';

/** What somebody did, when and where. */
type Act = Pick<AuditedAct, 'at' | 'action' | 'targetType' | 'targetId' | 'before' | 'after'> & { readonly actorId: UserId; readonly tenantId: TenantId };

/** Writes down what those in charge did: the tenants they opened, the powers they gave, the two people they stopped. Each log in the order of time. */
export async function keepRecords(tx: Transaction, cast: Cast, records: RecordKeys): Promise<void> {
  const nextId = demoIds('audit entry');
  const acts = [...openings(cast), ...appointments(cast), ...stops(cast)].toSorted((one, other) => one.at.getTime() - other.at.getTime());
  for (const [index, { actorId, tenantId, ...act }] of acts.entries()) {
    await enterScope(tx, { userId: actorId, tenantId });
    const client = { address: documentationAddress(index, 1), userAgent: 'kith demo data' };
    await appendAudit(tx, records, { ...act, client, requestId: `demo-${index + 1}`, id: nextId() });
  }
}

function openings(cast: Cast): Act[] {
  const margaret = personNamed(cast, 'margaret');
  return cast.tenants.map(({ id, name, slug, createdAt }) => ({
    tenantId: id,
    at: createdAt,
    actorId: margaret.id,
    action: 'tenant.created',
    targetType: 'tenant',
    targetId: id,
    before: null,
    after: { name, slug },
  }));
}

/** Nobody joins with power: whoever has some was given it ten minutes after joining. */
function appointments(cast: Cast): Act[] {
  const margaret = personNamed(cast, 'margaret');
  return cast.members
    .filter(({ role }) => role === 'ADMIN' || role === 'MODERATOR')
    .map(({ tenantId, membershipId, role, joinedAt }) => ({
      tenantId,
      at: daysFrom(joinedAt, 0, 10),
      actorId: margaret.id,
      action: 'membership.role_changed',
      targetType: 'membership',
      targetId: membershipId,
      before: { role: 'USER' },
      after: { role },
    }));
}

function stops(cast: Cast): Act[] {
  return cast.people.flatMap((person) => {
    const { standing } = person.persona;
    if (standing === undefined || standing.status === 'PENDING_VERIFICATION') return [];
    const { at, by } = stopOf(cast);
    const after = { status: standing.status, reason: standing.reason };
    return [{ ...stopTarget(person), at, actorId: by.id, action: 'user.status_changed', before: { status: 'ACTIVE' }, after }];
  });
}

function stopTarget({ id, members, persona }: CastPerson): Pick<Act, 'tenantId' | 'targetType' | 'targetId'> {
  const [member] = members;
  if (member === undefined) throw new Error(`${persona.username} belongs to no tenant of the demo data`);
  return { tenantId: member.tenantId, targetType: 'user', targetId: id };
}
