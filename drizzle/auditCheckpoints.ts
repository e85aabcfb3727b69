import { id } from '@kith/kernel/viewer.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { z } from 'zod';
import type { ChainPlace } from './auditChain.ts';

/** Why something was signed of a chain: that it had come this far, or that everything up to here was lawfully taken out. */
export type CheckpointKind = 'PERIODIC' | 'PRUNED';

/** What was signed of a chain. */
export interface AuditCheckpoint extends ChainPlace {
  readonly tenantId: TenantId;
  readonly kind: CheckpointKind;
  readonly at: Date;
}

// The kind is signed as well: a chain that has come this far is no leave to take out all before.
const payload = z.object({
  record: z.literal('audit-checkpoint'),
  kind: z.enum(['PERIODIC', 'PRUNED']),
  tenantId: id<TenantId>(),
  seq: z.number().int().min(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/).transform((hex) => Buffer.from(hex, 'hex')),
  at: z.iso.datetime().transform((text) => new Date(text)),
});

/** Signs a checkpoint. */
export function signCheckpoint(keys: RecordKeys, { kind, tenantId, seq, digest, at }: AuditCheckpoint): Promise<string> {
  return keys.sign({ record: 'audit-checkpoint', kind, tenantId, seq, digest: digest.toString('hex'), at: at.toISOString() });
}

/** Reads a signed checkpoint. Null when the signature does not hold, or what is signed is something else. */
export async function readCheckpoint(keys: RecordKeys, jws: string): Promise<AuditCheckpoint | null> {
  try {
    const { record: _, ...checkpoint } = payload.parse(await keys.verify(jws));
    return checkpoint;
  } catch {
    return null;
  }
}
