import type { AuditHead } from '@kith/drizzle/auditChain.ts';
import type { AuditCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { auditCheckpoints } from '@kith/drizzle/tables/audit.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { and, between, desc, eq, sql } from 'drizzle-orm';

/** The head of a tenant's chain. */
export interface MovedHead extends AuditHead {
  readonly tenantId: TenantId;
}

/** Lists heads that have moved since they were signed last, those of so many tenants behind one, by the port of the keeper. */
export async function movedHeads(tx: Transaction, after: TenantId | null, rowsMax: number): Promise<MovedHead[]> {
  const rows = await tx
    .select({ tenantId: sql<TenantId>`tenant_id`, seq: sql<string>`seq`, digest: sql<Buffer>`digest`, mac: sql<Buffer | null>`mac` })
    .from(sql`tenants.audit_heads_moved(${after}::uuid, ${rowsMax})`);
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

/** Keeps what was signed of the active tenant's chain. Answers false, and keeps nothing, when somebody has just done so. */
export async function addCheckpoint(tx: Transaction, { tenantId, seq, digest, at, kind }: AuditCheckpoint, jws: string): Promise<boolean> {
  const added = await tx.insert(auditCheckpoints).values({ tenantId, seq, digest, madeAt: at, kind, jws }).onConflictDoNothing().returning({ seq: auditCheckpoints.seq });
  return added.length > 0;
}

/** Answers everything that was signed of a stretch of the active tenant's chain. */
export async function checkpointsBetween(tx: Transaction, tenantId: TenantId, first: number, last: number): Promise<{ jws: string }[]> {
  return tx.select({ jws: auditCheckpoints.jws }).from(auditCheckpoints).where(and(eq(auditCheckpoints.tenantId, tenantId), between(auditCheckpoints.seq, first, last)));
}

/** Answers what was signed when entries of the active tenant were taken out last. */
export async function lastPruned(tx: Transaction, tenantId: TenantId): Promise<{ jws: string } | null> {
  const [row] = await tx
    .select({ jws: auditCheckpoints.jws })
    .from(auditCheckpoints)
    .where(and(eq(auditCheckpoints.tenantId, tenantId), eq(auditCheckpoints.kind, 'PRUNED')))
    .orderBy(desc(auditCheckpoints.seq))
    .limit(1);
  return row ?? null;
}
