import type { Transaction } from '../../database.ts';
import { settings, tenants } from '../../tables/tenants.ts';
import type { Cast } from '../cast.ts';

/** Founds the tenants with the rules they chose. */
export async function foundTenants(tx: Transaction, cast: Cast): Promise<void> {
  await tx.insert(tenants).values(cast.tenants.map(({ id, name, slug, createdAt }) => ({ id, name, slug, createdAt, updatedAt: createdAt })));
  await tx.insert(settings).values(cast.tenants.map((tenant) => ({ tenantId: tenant.id, settings: tenant.settings, updatedAt: tenant.createdAt })));
}
