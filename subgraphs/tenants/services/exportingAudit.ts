import { beginning } from '@kith/drizzle/auditChain.ts';
import type { ChainPlace } from '@kith/drizzle/auditChain.ts';
import type { ExportHead } from '@kith/drizzle/auditExport.ts';
import { exportedEnd, exportedEntry, exportedHead } from '@kith/drizzle/auditExport.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { Tenant } from '../domain/tenant.ts';
import { chainPiece, exportedEntriesMax, prunedPlaces } from '../stores/auditExports.ts';
import type { TenantsParts } from '../tenantsParts.ts';

/** A piece of the audit log as a text. */
export interface AuditExport {
  readonly jsonLines: string;
  readonly entryCount: number;
  /** Null when nothing follows. */
  readonly nextAfterSequence: number | null;
}

/**
 * Writes a piece of a tenant's audit log as JSON lines, in the form `pnpm audit:verify -- --file` reads: where the chain goes on from, up to 1,000
 * entries, and a signed end. Refuses BAD_REQUEST for a sequence number that cannot be. Who may read it, the field's audience says.
 */
export async function exportAudit(reads: ReadScope, { records, clock }: TenantsParts, tenant: Pick<Tenant, 'id' | 'slug'>, afterSequence: number): Promise<AuditExport> {
  if (afterSequence < 0) throw new RequestError('BAD_REQUEST', '`afterSequence` is the sequence number of an entry.');
  const found = await reads.run(chainPiece, { tenantId: tenant.id, from: afterSequence });
  const entries = found.filter(({ seq }) => seq > afterSequence).slice(0, exportedEntriesMax);
  const previous = found.find(({ seq }) => seq === afterSequence) ?? (await placeBehind(reads, tenant, entries[0]?.seq ?? 1));
  const head: ExportHead = { tenant: { id: tenant.id, slug: tenant.slug }, from: null, to: null, previous };
  const last = entries.at(-1) ?? previous;
  const end = await exportedEnd(records, { head, last, entries: entries.length, at: clock.now() });
  const goesOn = found.some(({ seq }) => seq > last.seq);
  return { jsonLines: `${[exportedHead(head), ...entries.map(exportedEntry), end].join('\n')}\n`, entryCount: entries.length, nextAfterSequence: goesOn ? last.seq : null };
}

/** Where the chain goes on from in front of its first entry that is still there. */
async function placeBehind(reads: ReadScope, { id: tenantId }: Pick<Tenant, 'id'>, firstSeq: number): Promise<ChainPlace> {
  if (firstSeq === 1) return beginning;
  const [pruned] = await reads.run(prunedPlaces, { tenantId });
  return pruned ?? { seq: firstSeq - 1, digest: beginning.digest }; // it was removed: that the chain does not go on from here is for verifying to say
}
