import { createHash } from 'node:crypto';
import { v7 } from 'uuid';

/** What rows of the demo data bear an id. Each kind counts for itself, so that a new session does not rename every player. */
export type IdKind = 'tenant' | 'person' | 'membership' | 'invitation' | 'player' | 'account' | 'achievement' | 'session' | 'sign-in attempt' | 'award' | 'transfer' | 'audit entry' | 'status change' | 'role change' | 'notification';

// Before anything real: rows made by people sort behind the demo data.
const madeAt = Date.UTC(2026, 0, 1);

/** Makes the ids of one kind of row, the same ones in every database: UUIDv7 (RFC 9562) with the kind where chance would stand. */
export function demoIds(kind: IdKind): () => string {
  const random = createHash('sha256').update(kind).digest().subarray(0, 16);
  let seq = 0;
  return () => v7({ msecs: madeAt, seq: seq++, random });
}
