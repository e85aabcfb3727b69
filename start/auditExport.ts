import type { ChainPlace, ChainedEntry } from '@kith/drizzle/auditChain.ts';
import { beginning } from '@kith/drizzle/auditChain.ts';
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
export async function* exportLines(keys: RecordKeys, tenant: AuditedTenant, log: AuditSnapshot, options: ExportOptions): AsyncGenerator<string> {
  const span = await log.span(options.from, options.to);
  const start = span === null ? beginning : await placeBefore(log, span.first);
  const previous = placeAsText(start);
  yield JSON.stringify({ record: 'audit-export', tenant, from: options.from, to: options.to, previous });
  let [last, entries] = [start, 0];
  for await (const entry of span === null ? none() : log.entries(span.first)) {
    if (span === null || entry.seq > span.last) break;
    yield JSON.stringify(entryAsText(entry));
    [last, entries] = [entry, entries + 1];
  }
  const jws = await keys.sign({ record: 'audit-export', tenantId: tenant.id, previous, last: placeAsText(last), entries, at: options.at.toISOString() });
  yield JSON.stringify({ record: 'end', jws });
}

async function placeBefore(log: AuditSnapshot, seq: number): Promise<ChainPlace> {
  if (seq <= 1) return beginning;
  const { value: entry } = await log.entries(seq - 1).next();
  if (entry?.seq === seq - 1) return entry;
  for await (const checkpoint of log.checkpoints()) if (checkpoint.kind === 'PRUNED' && checkpoint.seq === seq - 1) return checkpoint;
  return { seq: seq - 1, digest: beginning.digest }; // it was removed: that the chain does not go on from here is for verifying to say
}

function placeAsText({ seq, digest }: ChainPlace): { seq: number; digest: string } {
  return { seq, digest: digest.toString('hex') };
}

function entryAsText({ digest, payloadDigest, originDigest, ...entry }: ChainedEntry): object {
  return { record: 'entry', ...entry, digest: digest.toString('hex'), payloadDigest: payloadDigest.toString('hex'), originDigest: originDigest.toString('hex') };
}

async function* none(): AsyncGenerator<ChainedEntry> {}
