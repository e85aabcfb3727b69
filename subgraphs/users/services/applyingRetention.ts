import type { RetentionPolicy } from '../stores/retention.ts';
import { countTooOld, removeTooOld, retentionPolicies } from '../stores/retention.ts';
import type { UsersParts } from '../usersParts.ts';

const nobody = { userId: null, tenantId: null };
const rowsAtOnceMax = 1_000;

/** What the rules come to for one kind of record. */
export interface Retained extends RetentionPolicy {
  /** How many rows were too old: removed, or in a trial left where they are. */
  readonly rows: number;
}

type RetainingParts = Pick<UsersParts, 'database' | 'clock'>;

/** Removes what is older than the policies say, a batch at a time; in a trial only counts it. Stopped anywhere, it can be run again. */
export async function applyRetention(parts: RetainingParts, { trial = false, tell = () => {} }: { trial?: boolean; tell?: (kept: Retained) => void } = {}): Promise<Retained[]> {
  const policies = await parts.database.transaction(nobody, retentionPolicies);
  const results: Retained[] = [];
  // One moment for all: what grows too old meanwhile is for the next run, and a trial counts what a run then removes.
  const at = parts.clock.now();
  for (const policy of policies) {
    const rows = trial ? await parts.database.transaction(nobody, (tx) => countTooOld(tx, policy.kind, at)) : await removeAll(parts, policy, at);
    results.push({ ...policy, rows });
    tell({ ...policy, rows });
  }
  return results;
}

async function removeAll({ database }: RetainingParts, { kind }: RetentionPolicy, at: Date): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await database.transaction(nobody, (tx) => removeTooOld(tx, kind, at, rowsAtOnceMax));
    total += removed;
    if (removed < rowsAtOnceMax) return total;
  }
}
