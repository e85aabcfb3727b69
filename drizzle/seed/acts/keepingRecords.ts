import type { Transaction } from '../../database.ts';
import { auditEntries } from '../../tables/tenants.ts';
import type { Cast, CastPerson } from '../cast.ts';
import { personNamed, stopOf } from '../cast.ts';
import { daysFrom } from '../days.ts';
import { demoIds } from '../demoId.ts';
import { documentationAddress } from '../devices.ts';

type AuditRow = typeof auditEntries.$inferInsert;
type Act = Omit<AuditRow, 'id' | 'requestId' | 'ipAddress' | 'userAgent'>;

/** Writes down what those in charge did: the tenants they opened, the powers they gave, the two people they stopped. */
export async function keepRecords(tx: Transaction, cast: Cast): Promise<void> {
  const nextId = demoIds('audit entry');
  const acts = [...openings(cast), ...appointments(cast), ...stops(cast)];
  await tx.insert(auditEntries).values(
    acts.map((act, index) => ({ ...act, id: nextId(), requestId: `demo-${index + 1}`, ipAddress: documentationAddress(index, 1), userAgent: 'kith demo data' })),
  );
}

function openings(cast: Cast): Act[] {
  const margaret = personNamed(cast, 'margaret');
  return cast.tenants.map(({ id, name, slug, createdAt }) => ({
    tenantId: id,
    occurredAt: createdAt,
    actorId: margaret.id,
    action: 'tenant.created',
    targetType: 'tenant',
    targetId: id,
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
      occurredAt: daysFrom(joinedAt, 0, 10),
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
    return [{ ...stopTarget(person), occurredAt: at, actorId: by.id, action: 'user.status_changed', before: { status: 'ACTIVE' }, after }];
  });
}

function stopTarget({ id, members, persona }: CastPerson): Pick<Act, 'tenantId' | 'targetType' | 'targetId'> {
  const [member] = members;
  if (member === undefined) throw new Error(`${persona.username} belongs to no tenant of the demo data`);
  return { tenantId: member.tenantId, targetType: 'user', targetId: id };
}
