import type { Transaction } from '@kith/drizzle/database.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';

/** An audit log that begins with entries from before a moment, and how many these are. */
export interface OldBeginning {
  readonly tenantId: TenantId;
  readonly entries: number;
}

/** For how many days audit logs are kept, by the port of the keeper. */
export async function auditKeepDays(tx: Transaction): Promise<number> {
  const [row] = await tx.select({ keepDays: sql<number>`keep_days` }).from(sql`tenants.audit_retention() as keep_days`);
  if (row === undefined) throw new Error('nothing says for how long audit logs are kept');
  return row.keepDays;
}

/** Lists logs that begin with entries from before a moment, those of so many tenants behind one, by the port of the keeper. */
export async function oldBeginnings(tx: Transaction, before: Date, after: TenantId | null, rowsMax: number): Promise<OldBeginning[]> {
  const columns = { tenantId: sql<TenantId>`tenant_id`, entries: sql<number>`entries::int` };
  return tx.select(columns).from(sql`tenants.old_audit(${before.toISOString()}::timestamptz, ${after}::uuid, ${rowsMax})`);
}
