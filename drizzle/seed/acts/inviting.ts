import type { Role } from '@kith/kernel/role.ts';
import type { Transaction } from '../../database.ts';
import { invitations } from '../../tables/invitations.ts';
import type { Cast } from '../cast.ts';
import { personNamed } from '../cast.ts';
import { daysFrom } from '../days.ts';
import { demoIds } from '../demoId.ts';
import type { TenantSlug } from '../persona.ts';

/** An invitation that is open. */
interface OpenInvitation {
  readonly tenant: TenantSlug;
  readonly by: string;
  readonly email: string;
  readonly role: Role;
  readonly message: string | null;
}

const open: readonly OpenInvitation[] = [
  { tenant: 'atlas', by: 'linus', email: 'grace@kith.test', role: 'CREATOR', message: 'We could use somebody who finds the moth.' },
  { tenant: 'sparkle', by: 'ada', email: 'newcomer@kith.example', role: 'USER', message: null },
];

/** Invites a member of another tenant, and somebody new. Their mails are long gone: what is open is accepted by its id, or sent once more. */
export async function invitePeople(tx: Transaction, cast: Cast): Promise<void> {
  const nextId = demoIds('invitation');
  const sentAt = daysFrom(cast.today, -1, 10 * 60);
  const rows = open.map(({ tenant: slug, by, email, role, message }) => {
    const tenant = cast.tenants.find((candidate) => candidate.slug === slug);
    if (tenant === undefined) throw new Error(`${slug} is no tenant of the demo data`);
    return { id: nextId(), tenantId: tenant.id, email, emailCanonical: email, role, invitedBy: personNamed(cast, by).id, message, createdAt: sentAt, sentAt, expiresAt: daysFrom(sentAt, 7) };
  });
  await tx.insert(invitations).values(rows);
}
