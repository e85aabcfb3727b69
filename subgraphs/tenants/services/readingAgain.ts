import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import type { Invitation } from '../domain/invitation.ts';
import type { Membership } from '../domain/tenant.ts';
import type { TenantsLoaders } from '../loaders.ts';
import { invitationsById } from '../stores/invitationLists.ts';
import { membershipsById } from '../stores/memberships.ts';

/** Who reads behind a write, and with what. What was read before in the same request is of an older snapshot. */
interface Reading {
  readonly viewer: Viewer;
  readonly reads: ReadScope;
  readonly loaders: TenantsLoaders;
}

/** Reads an invitation of the active tenant behind the write that answers its id. */
export async function readingInvitation({ viewer, reads }: Reading, write: Promise<string>): Promise<{ invitation: Invitation | null }> {
  const id = await write;
  reads.renew();
  const [invitation] = await reads.run(invitationsById, { ids: [id], tenantId: scopeOf(viewer).tenantId });
  return { invitation: invitation ?? null };
}

/** Reads a membership of the viewer's own behind the write that answers its id, whatever tenant it is of. */
export async function readingMembership({ viewer, reads }: Reading, write: Promise<string>): Promise<{ membership: Membership | null }> {
  const id = await write;
  reads.renew();
  const [membership] = await reads.run(membershipsById, { ids: [id], tenantId: scopeOf(viewer).tenantId });
  return { membership: membership ?? null };
}

/** Reads somebody's place in the active tenant behind the write that answers whose it is. */
export async function readingMember({ reads, loaders }: Reading, write: Promise<UserId>): Promise<{ membership: Membership | null }> {
  const userId = await write;
  reads.renew();
  return { membership: await loaders.membershipOfPerson.clear(userId).load(userId) };
}
