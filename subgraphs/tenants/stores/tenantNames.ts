import type { Transaction } from '@kith/drizzle/database.ts';
import { tenants } from '@kith/drizzle/tables/tenants.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { eq } from 'drizzle-orm';

/** The name of the tenant of the transaction. Null when it is not there any more. */
export async function findTenantName(tx: Transaction, tenantId: TenantId): Promise<string | null> {
  const [row] = await tx.select({ name: tenants.name }).from(tenants).where(eq(tenants.id, tenantId));
  return row?.name ?? null;
}
