import { RequestError } from '@kith/kernel/errors.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { TenantsLoaders } from '../loaders.ts';

/** Finds a tenant by id or by slug. Null when there is none the viewer may know of. Refuses BAD_REQUEST unless exactly one is given. */
export async function findTenant(loaders: TenantsLoaders, by: { id?: string | null; slug?: string | null }): Promise<Tenant | null> {
  const { id = null, slug = null } = by;
  if ((id === null) === (slug === null)) throw new RequestError('BAD_REQUEST', 'Give `id` or `slug`, exactly one of them.');
  if (slug !== null) return loaders.tenantBySlug.load(slug.toLowerCase());
  const tenantId = parseId<TenantId>(id ?? '');
  return tenantId === null ? null : loaders.tenant.load(tenantId);
}

/** Finds the tenant an invitation is of. It is there for whoever sees the invitation. */
export async function tenantOfInvitation(loaders: TenantsLoaders, tenantId: TenantId): Promise<Tenant> {
  const tenant = await loaders.tenant.load(tenantId);
  if (tenant === null) throw new Error(`tenant ${tenantId} of an invitation is not to be seen`);
  return tenant;
}
