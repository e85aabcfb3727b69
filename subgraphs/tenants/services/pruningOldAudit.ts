import type { TenantId } from '@kith/kernel/ids.ts';
import type { OldBeginning } from '../stores/oldAudit.ts';
import { auditKeepDays, oldBeginnings } from '../stores/oldAudit.ts';
import type { TenantsParts } from '../tenantsParts.ts';
import { pruneAudit } from './pruningAudit.ts';

const nobody = { userId: null, tenantId: null };
const tenantsAtOnceMax = 100;
const rowsAtOnceMax = 1_000;
const dayMilliseconds = 86_400_000;

/** What the rule for audit logs comes to. */
export interface AuditRetained {
  readonly kind: 'audit_entries';
  readonly keepDays: number;
  /** How many entries were too old: taken out, or in a trial left where they are. */
  readonly rows: number;
}

/**
 * Takes out of the audit logs of all tenants what is older than the policy says, a batch at a time; in a trial only counts it. A log that does not
 * hold keeps its entries, and keeps no other log from it; what was in the way is thrown in the end. Stopped anywhere, it can be run again.
 */
export async function pruneOldAudit(parts: TenantsParts, { trial = false }: { trial?: boolean } = {}): Promise<AuditRetained> {
  const keepDays = await parts.database.transaction(nobody, auditKeepDays);
  const before = new Date(parts.clock.now().getTime() - keepDays * dayMilliseconds);
  const faults: Error[] = [];
  let rows = 0;
  for await (const { tenantId, entries } of allOldBeginnings(parts, before)) {
    if (trial) {
      rows += entries;
      continue;
    }
    try {
      rows += await pruneAll(parts, tenantId, before);
    } catch (error) {
      faults.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} audit logs could not be shortened: ${faults.map(({ message }) => message).join('; ')}`);
  return { kind: 'audit_entries', keepDays, rows };
}

async function* allOldBeginnings({ database }: TenantsParts, before: Date): AsyncGenerator<OldBeginning> {
  let found: OldBeginning[] = [];
  do {
    const after = found.at(-1)?.tenantId ?? null;
    found = await database.transaction(nobody, (tx) => oldBeginnings(tx, before, after, tenantsAtOnceMax));
    yield* found;
  } while (found.length === tenantsAtOnceMax);
}

async function pruneAll(parts: TenantsParts, tenantId: TenantId, before: Date): Promise<number> {
  for (let total = 0; ; ) {
    const pruned = await pruneAudit(parts, tenantId, before, rowsAtOnceMax);
    total += pruned;
    if (pruned < rowsAtOnceMax) return total;
  }
}
