import { headHolds } from '@kith/drizzle/auditChain.ts';
import { signCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import type { MovedHead } from '../stores/auditCheckpoints.ts';
import { addCheckpoint, movedHeads } from '../stores/auditCheckpoints.ts';
import type { TenantsParts } from '../tenantsParts.ts';

const atOnceMax = 100;

/**
 * Signs how far the audit log of each tenant has come, wherever it has moved. What is signed goes into the log of the process as well: shipped
 * elsewhere it says what stood there, whatever becomes of the database.
 */
export async function checkpointAudit(parts: TenantsParts): Promise<void> {
  let heads: MovedHead[] = [];
  do {
    const after = heads.at(-1)?.tenantId ?? null;
    heads = await parts.database.transaction({ userId: null, tenantId: null }, (tx) => movedHeads(tx, after, atOnceMax));
    for (const head of heads) await checkpoint(parts, head);
  } while (heads.length === atOnceMax);
}

async function checkpoint({ database, records, clock, log }: TenantsParts, head: MovedHead): Promise<void> {
  const { tenantId, seq, digest } = head;
  // Signed, a head that somebody edited would be as good as any.
  if (!headHolds(records, tenantId, head)) {
    log.error({ tenantId, seq }, 'the head of an audit log was edited; it is not signed');
    return;
  }
  const signing = { kind: 'PERIODIC' as const, tenantId, seq, digest, at: clock.now() };
  const jws = await signCheckpoint(records, signing);
  const added = await database.transaction({ userId: null, tenantId }, (tx) => addCheckpoint(tx, signing, jws));
  if (added) log.info({ tenantId, seq, jws }, 'audit checkpoint');
}
