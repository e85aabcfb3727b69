import type { ChainPlace, ChainedEntry } from '@kith/drizzle/auditChain.ts';
import { beginning } from '@kith/drizzle/auditChain.ts';
import type { AuditCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import { readCheckpoint, signCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import { anchorsOf, walkChain } from '@kith/drizzle/auditWalk.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { addCheckpoint, checkpointsBetween, lastPruned } from '../stores/auditCheckpoints.ts';
import { firstEntries, holdPruning, removeEntriesUpTo } from '../stores/auditEntries.ts';
import type { TenantsParts } from '../tenantsParts.ts';

/** Thrown when entries that are to be taken out are not what was written: taken out, nothing would be left to show it. */
export class AuditChainBroken extends Error {
  constructor(tenantId: string, what: string) {
    super(`nothing is taken out of the audit log of tenant ${tenantId}: ${what}`);
    this.name = 'AuditChainBroken';
  }
}

/**
 * Takes out of a tenant's audit log what is older than a moment, up to so many entries from its beginning; the first younger one ends it. That it was
 * done, and where the chain goes on, is signed in the same transaction. Throws `AuditChainBroken` when they do not hold. Answers how many went.
 */
export async function pruneAudit(parts: TenantsParts, tenantId: TenantId, before: Date, rowsMax: number): Promise<number> {
  const pruned = await parts.database.transaction({ userId: null, tenantId }, (tx) => pruneSome(tx, parts, tenantId, before, rowsMax));
  if (pruned === null) return 0;
  parts.log.info({ tenantId, seq: pruned.seq, jws: pruned.jws }, 'audit checkpoint');
  return pruned.count;
}

async function pruneSome(tx: Transaction, parts: TenantsParts, tenantId: TenantId, before: Date, rowsMax: number): Promise<{ seq: number; jws: string; count: number } | null> {
  await holdPruning(tx, tenantId);
  const first = await firstEntries(tx, tenantId, rowsMax);
  const younger = first.findIndex(({ occurredAt }) => occurredAt >= before);
  const old = younger < 0 ? first : first.slice(0, younger);
  const last = old.at(-1);
  if (last === undefined) return null;
  await requireWhole(tx, parts, tenantId, old, last);
  const signing = { kind: 'PRUNED' as const, tenantId, seq: last.seq, digest: last.digest, at: parts.clock.now() };
  const jws = await signCheckpoint(parts.records, signing);
  await addCheckpoint(tx, signing, jws);
  return { seq: last.seq, jws, count: await removeEntriesUpTo(tx, last.seq) };
}

async function requireWhole(tx: Transaction, { records }: TenantsParts, tenantId: TenantId, entries: readonly ChainedEntry[], last: ChainPlace): Promise<void> {
  const read = async ({ jws }: { jws: string }): Promise<AuditCheckpoint> => {
    const checkpoint = await readCheckpoint(records, jws);
    if (checkpoint?.tenantId !== tenantId) throw new AuditChainBroken(tenantId, 'a checkpoint is forged');
    return checkpoint;
  };
  const pruned = await lastPruned(tx, tenantId);
  const start = pruned === null ? beginning : await read(pruned);
  const anchors = await Promise.all((await checkpointsBetween(tx, tenantId, start.seq + 1, last.seq)).map(read));
  const { difference } = await walkChain(records, start, inTurn(entries), anchorsOf(anchors));
  if (difference !== null) throw new AuditChainBroken(tenantId, difference.what);
}

async function* inTurn<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
