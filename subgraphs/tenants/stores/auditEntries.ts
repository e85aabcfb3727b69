import type { ChainedEntry } from '@kith/drizzle/auditChain.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { auditEntries } from '@kith/drizzle/tables/audit.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';

// Any number but that of another lock will do.
const pruningLock = 714_011_105;

/** Has others who want to take out entries of the same tenant wait until the transaction ends. Nobody who writes entries waits. */
export async function holdPruning(tx: Transaction, tenantId: TenantId): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${pruningLock}, hashtext(${tenantId}))`);
}

/** Answers the first entries of the active tenant's chain. */
export async function firstEntries(tx: Transaction, tenantId: TenantId, rowsMax: number): Promise<ChainedEntry[]> {
  const rows = await tx
    .select()
    .from(auditEntries)
    .where(and(eq(auditEntries.tenantId, tenantId), isNotNull(auditEntries.seq)))
    .orderBy(asc(auditEntries.seq), asc(auditEntries.occurredAt), asc(auditEntries.id))
    .limit(rowsMax);
  return rows as ChainedEntry[]; // a row with a number has its digests: audit_entries_chained_or_not
}

/** Takes out the beginning of the active tenant's chain, by the port of the keeper. Answers how many entries. `audit_entries_pruned_by_checkpoint` when nobody signed for it. */
export async function removeEntriesUpTo(tx: Transaction, seq: number): Promise<number> {
  const [row] = await tx.select({ pruned: sql<number>`pruned` }).from(sql`tenants.prune_audit(${seq}) as pruned`);
  return row?.pruned ?? 0;
}
