import type { ChainPlace, ChainedEntry } from '@kith/drizzle/auditChain.ts';
import { beginning } from '@kith/drizzle/auditChain.ts';
import type { ExportHead } from '@kith/drizzle/auditExport.ts';
import { exportedEnd, exportedEntry, exportedHead } from '@kith/drizzle/auditExport.ts';
import type { AuditSnapshot, AuditedTenant } from '@kith/drizzle/auditReading.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';

/** Which part of a log is exported, and when. */
export interface ExportOptions {
  readonly from: Date | null;
  readonly to: Date | null;
  readonly at: Date;
}

/**
 * Writes a log as JSON lines: a head that says where the chain goes on from, the entries, and a signed end. What lies between the first and
 * the last entry of the time goes along, since a chain with gaps proves nothing. Entries from before the chain are left out.
 */
export async function* exportLines(keys: RecordKeys, tenant: AuditedTenant, log: AuditSnapshot, { from, to, at }: ExportOptions): AsyncGenerator<string> {
  const span = await log.span(from, to);
  const previous = span === null ? beginning : await placeBefore(log, span.first);
  const head: ExportHead = { tenant, from, to, previous };
  yield exportedHead(head);
  let [last, entries] = [previous, 0];
  for await (const entry of span === null ? none() : log.entries(span.first)) {
    if (span === null || entry.seq > span.last) break;
    yield exportedEntry(entry);
    [last, entries] = [entry, entries + 1];
  }
  yield await exportedEnd(keys, { head, last, entries, at });
}

async function placeBefore(log: AuditSnapshot, seq: number): Promise<ChainPlace> {
  if (seq <= 1) return beginning;
  const { value: entry } = await log.entries(seq - 1).next();
  if (entry?.seq === seq - 1) return entry;
  for await (const checkpoint of log.checkpoints()) if (checkpoint.kind === 'PRUNED' && checkpoint.seq === seq - 1) return checkpoint;
  return { seq: seq - 1, digest: beginning.digest }; // it was removed: that the chain does not go on from here is for verifying to say
}

async function* none(): AsyncGenerator<ChainedEntry> {}
