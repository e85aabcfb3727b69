import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import type { Invitation } from '../domain/invitation.ts';
import type { Membership, Tenant } from '../domain/tenant.ts';
import type { TenantsLoaders } from '../loaders.ts';
import { invitationsById } from '../stores/invitationLists.ts';
import { membershipsById } from '../stores/memberships.ts';

/** Who reads behind a write, and with what. What was read before in the same request is of an older snapshot. */
export interface Reading {
  readonly viewer: Viewer;
  readonly reads: ReadScope;
  readonly loaders: TenantsLoaders;
}

/** Reads a tenant behind the write that answers its id: as it is now, also beside the refusal of an outdated version. */
export function readingTenantAgain(reading: Reading, write: Promise<TenantId>): Promise<{ tenant: Tenant | null }> {
  return besideConflict(reading, write, async (id) => ({ tenant: await reading.loaders.tenant.clear(id).load(id) }));
}

/** Reads what a write has changed, of the tenant it answers; and beside VERSION_CONFLICT the same of the active tenant. */
export async function besideConflict<Read extends object>(reading: Reading, write: Promise<TenantId>, read: (id: TenantId) => Promise<Read>): Promise<Read> {
  const readNow = (id: TenantId): Promise<Read> => {
    reading.reads.renew();
    return read(id);
  };
  try {
    return await readNow(await write);
  } catch (error) {
    const { tenantId } = scopeOf(reading.viewer);
    if (!(error instanceof Refusal) || error.code !== 'VERSION_CONFLICT' || tenantId === null) throw error;
    throw new Refusal(error.code, error.message, error.path, await readNow(tenantId));
  }
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
