import { keptMs } from '../domain/lapse.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import type { Lapsing } from '../stores/cleaningUp.ts';
import { makeMonthsAhead, removeLapsed } from '../stores/cleaningUp.ts';
import { removeRetiredKeys } from '../stores/signingKeys.ts';

/** How many rows one transaction removes at the most: nobody waits long behind it. */
const batchRowsMax = 1_000;

const nobody = { userId: null, tenantId: null };

/** What a clean-up works with, and how many rows each of its transactions removes. */
type CleaningParts = Pick<SessionsParts, 'database' | 'clock' | 'accessTokenTtlSeconds'>;

/** Removes what has lapsed: sessions, tokens, codes, revocations, retired keys. Answers how many rows of each. */
export async function cleanUp({ database, clock, accessTokenTtlSeconds }: CleaningParts, rowsMax = batchRowsMax): Promise<Record<string, number>> {
  const now = clock.now().getTime();
  const { signing_keys: keysKeptMs, ...kept } = keptMs(accessTokenTtlSeconds);
  const removed: Record<string, number> = {};
  for (const [what, milliseconds] of Object.entries(kept) as [Lapsing, number][]) { // Object.entries forgets the names
    removed[what] = 0;
    for (let batch = rowsMax; batch === rowsMax; ) {
      batch = await database.transaction(nobody, (tx) => removeLapsed(tx, what, new Date(now - milliseconds), rowsMax));
      removed[what] += batch;
    }
  }
  removed['signing_keys'] = await database.transaction(nobody, (tx) => removeRetiredKeys(tx, new Date(now - keysKeptMs)));
  return removed;
}

/** Sees to it that the logs have a place for the months to come. */
export async function lookAhead({ database }: Pick<SessionsParts, 'database'>): Promise<void> {
  await database.transaction(nobody, makeMonthsAhead);
}
