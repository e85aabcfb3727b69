import type { TenantId } from '@kith/kernel/ids.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import type { ChainPlace } from './auditChain.ts';
import { beginning, headHolds } from './auditChain.ts';
import type { AuditCheckpoint } from './auditCheckpoints.ts';
import { readCheckpoint } from './auditCheckpoints.ts';
import type { AuditSnapshot, KeptCheckpoint } from './auditReading.ts';
import type { Anchor, Anchors, Difference } from './auditWalk.ts';
import { anchorsOf, entriesInWords, walkChain } from './auditWalk.ts';

/** What was found of the audit log of one tenant. */
export interface AuditReport {
  readonly tenantId: TenantId;
  /** How many entries hold, up to the first difference. */
  readonly entries: number;
  readonly redacted: number;
  /** From before the chain: of them nothing can be said. */
  readonly unchained: number;
  readonly checkpoints: number;
  /** Up to which number entries were lawfully taken out. */
  readonly prunedTo: number;
  readonly difference: Difference | null;
}

/** What there is beside the log itself. */
export interface VerifyingOptions {
  /** From outside the database. */
  readonly anchors?: readonly (Anchor & { readonly tenantId: TenantId })[];
  readonly tell?: () => void;
}

/** Recomputes the chain of a tenant's audit log and compares it with everything that was signed of it. Answers the first difference, if there is one. */
export async function verifyAuditLog(keys: RecordKeys, tenantId: TenantId, log: AuditSnapshot, { anchors: own = [], tell }: VerifyingOptions = {}): Promise<AuditReport> {
  const kept = await checkpointsOf(keys, tenantId, log);
  const anchors = anchorsOf([...kept.anchors, ...own.filter((anchor) => anchor.tenantId === tenantId)]);
  const report = { tenantId, entries: 0, redacted: 0, unchained: log.unchained.count, checkpoints: kept.anchors.length, prunedTo: 0 };
  if (kept.forged !== null) return { ...report, difference: kept.forged };

  const start = await startOf(log, kept.pruned);
  if ('what' in start) return { ...report, difference: start };
  const walk = await walkChain(keys, start, log.entries(), anchors, tell);
  const whole = { ...report, entries: walk.entries, redacted: walk.redacted, prunedTo: start.seq };
  return { ...whole, difference: walk.difference ?? cutTail(log, anchors, walk.last) ?? editedHead(keys, tenantId, log, walk.last) ?? (await putInPastTheChain(log)) };
}

interface KeptAnchors {
  readonly anchors: Anchor[];
  readonly pruned: Map<number, ChainPlace>;
  readonly forged: Difference | null;
}

async function checkpointsOf(keys: RecordKeys, tenantId: TenantId, log: AuditSnapshot): Promise<KeptAnchors> {
  const kept: KeptAnchors = { anchors: [], pruned: new Map(), forged: null };
  for await (const row of log.checkpoints()) {
    const { seq, kind } = row;
    const signed = await readCheckpoint(keys, row.jws);
    if (signed === null || signed.tenantId !== tenantId || !saysTheSame(row, signed)) {
      const what = `the checkpoint ${kind} of entry ${seq} is forged: ${signed === null ? 'its signature does not hold' : 'what is signed in it is something else'}`;
      return { ...kept, forged: { kind: 'CHECKPOINT_FORGED', seq, entryId: null, what } };
    }
    kept.anchors.push(signed);
    if (kind === 'PRUNED') kept.pruned.set(seq, signed);
  }
  return kept;
}

function saysTheSame({ seq, kind, digest, madeAt }: KeptCheckpoint, signed: AuditCheckpoint): boolean {
  return signed.seq === seq && signed.kind === kind && signed.digest.equals(digest) && signed.at.getTime() === madeAt.getTime();
}

/** Finds the place the chain goes on from: its beginning, or where entries were lawfully taken out. A beginning that was removed otherwise is a difference. */
async function startOf(log: AuditSnapshot, pruned: ReadonlyMap<number, ChainPlace>): Promise<ChainPlace | Difference> {
  const { value: first } = await log.entries().next();
  const lastPruned = pruned.get(Math.max(...pruned.keys())) ?? beginning;
  if (first === undefined) return lastPruned;
  if (first.seq <= 1) return beginning;
  const what = `${entriesInWords(lastPruned.seq + 1, first.seq - 1)} missing from the beginning, and nothing that was signed says that they were lawfully taken out`;
  return pruned.get(first.seq - 1) ?? { kind: 'BEGINNING_REMOVED', seq: lastPruned.seq + 1, entryId: null, what };
}

function cutTail(log: AuditSnapshot, anchors: Anchors, last: ChainPlace): Difference | null {
  const anchored = Math.max(0, ...anchors.keys());
  const reached = Math.max(anchored, log.head?.seq ?? 0);
  if (reached <= last.seq) return null;
  const by = anchored > last.seq ? 'a signed checkpoint' : 'the head';
  return { kind: 'TAIL_CUT', seq: last.seq + 1, entryId: null, what: `${entriesInWords(last.seq + 1, reached)} missing at the end: ${by} says that the log reached ${reached}` };
}

function editedHead(keys: RecordKeys, tenantId: TenantId, { head }: AuditSnapshot, last: ChainPlace): Difference | null {
  const edited = (what: string): Difference => ({ kind: 'HEAD_EDITED', seq: last.seq, entryId: null, what });
  if (head === null) return last.seq === 0 ? null : edited('the head is gone');
  if (!headHolds(keys, tenantId, head)) return edited('the head was edited: it does not bear the mark of the key');
  if (head.seq < last.seq) return edited(`the head is an older one that was put back: it stands at ${head.seq}, the log reaches ${last.seq}`);
  return head.digest.equals(last.digest) ? null : edited('the head has another digest than the last entry');
}

/** An entry without a place in the chain, later than the first with one, was put in past it. */
async function putInPastTheChain(log: AuditSnapshot): Promise<Difference | null> {
  const { lastAt, lastId } = log.unchained;
  const { value: first } = await log.entries().next();
  if (lastAt === null || first === undefined || lastAt <= first.occurredAt) return null;
  return { kind: 'ENTRY_INSERTED', seq: null, entryId: lastId, what: `entry ${lastId} stands beside the chain although it is later than entry ${first.seq}: it was put in, or taken out of the chain` };
}
