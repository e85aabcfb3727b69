import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import type { ChainPlace, ChainedEntry } from './auditChain.ts';
import type { AuditedTenant } from './auditReading.ts';

/** What an export says of itself on its first line. */
export interface ExportHead {
  readonly tenant: AuditedTenant;
  /** The time that was asked for; null where it was not bounded. */
  readonly from: Date | null;
  readonly to: Date | null;
  /** Where the chain goes on from. */
  readonly previous: ChainPlace;
}

/** Writes the first line of an export: where its part of the chain goes on from. */
export function exportedHead({ previous, ...head }: ExportHead): string {
  return JSON.stringify({ record: 'audit-export', ...head, previous: placeAsText(previous) });
}

/** Writes the line of an entry. */
export function exportedEntry({ digest, payloadDigest, originDigest, ...entry }: ChainedEntry): string {
  return JSON.stringify({ record: 'entry', ...entry, digest: digest.toString('hex'), payloadDigest: payloadDigest.toString('hex'), originDigest: originDigest.toString('hex') });
}

/** Writes the last line: what was exported, signed, so that nothing can be cut off unseen. */
export async function exportedEnd(keys: RecordKeys, exported: { head: ExportHead; last: ChainPlace; entries: number; at: Date }): Promise<string> {
  const { head, last, entries, at } = exported;
  const jws = await keys.sign({ record: 'audit-export', tenantId: head.tenant.id, previous: placeAsText(head.previous), last: placeAsText(last), entries, at: at.toISOString() });
  return JSON.stringify({ record: 'end', jws });
}

function placeAsText({ seq, digest }: ChainPlace): { seq: number; digest: string } {
  return { seq, digest: digest.toString('hex') };
}
