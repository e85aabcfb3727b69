import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { canonicalAddress } from '@kith/kernel/canonicalAddress.ts';
import { canonicalJson } from '@kith/kernel/canonicalJson.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';

/** An entry of an audit log as it stands in the chain, before its own digest. */
export interface AuditEntry {
  readonly tenantId: TenantId;
  readonly seq: number;
  readonly id: string;
  readonly occurredAt: Date;
  readonly actorId: UserId | null;
  readonly impersonatorId: UserId | null;
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/** An entry with what was computed of it when it was written. */
export interface ChainedEntry extends AuditEntry {
  readonly digest: Buffer;
  readonly payloadDigest: Buffer;
  readonly originDigest: Buffer;
  /** When what is somebody's own was taken out. */
  readonly redactedAt: Date | null;
}

/** A place in a chain: after so many entries, the last of which has this digest. */
export interface ChainPlace {
  readonly seq: number;
  readonly digest: Buffer;
}

/** Where every chain begins. */
export const beginning: ChainPlace = { seq: 0, digest: Buffer.alloc(32) };

type Digests = Pick<ChainedEntry, 'digest' | 'payloadDigest' | 'originDigest'>;

/**
 * The digest of what changed. By itself, so that this can be taken out and the chain holds without it; keyed, and of this entry alone, so that
 * what was taken out can be neither guessed nor recognised from another entry that holds the same.
 */
export function payloadDigestOf(keys: RecordKeys, { id, before, after }: Pick<AuditEntry, 'id' | 'before' | 'after'>): Buffer {
  return keys.digest('audit payload', canonicalJson({ id, before, after }));
}

/** The digest of where it was done from, by itself for the same reason. Two spellings of one address are the same. */
export function originDigestOf(keys: RecordKeys, { id, ipAddress, userAgent }: Pick<AuditEntry, 'id' | 'ipAddress' | 'userAgent'>): Buffer {
  return keys.digest('audit origin', canonicalJson({ id, ipAddress: canonicalAddress(ipAddress) ?? ipAddress, userAgent }));
}

/** The digest that chains an entry to the one before it. */
export function entryDigestOf(keys: RecordKeys, previous: Buffer, entry: AuditEntry & Omit<Digests, 'digest'>): Buffer {
  const { tenantId, seq, id, occurredAt, actorId, impersonatorId, action, targetType, targetId, requestId } = entry;
  const [payload, origin] = [entry.payloadDigest.toString('hex'), entry.originDigest.toString('hex')];
  return keys.digest('audit entry', previous, canonicalJson({ tenantId, seq, id, occurredAt, actorId, impersonatorId, action, targetType, targetId, requestId, payload, origin }));
}

/** Works out all digests of an entry that follows a place in the chain. */
export function chained(keys: RecordKeys, previous: Buffer, entry: AuditEntry): Digests {
  const parts = { payloadDigest: payloadDigestOf(keys, entry), originDigest: originDigestOf(keys, entry) };
  return { ...parts, digest: entryDigestOf(keys, previous, { ...entry, ...parts }) };
}

/** The keyed digest of the head of a chain: without the key nobody can say that the chain ends elsewhere. */
export function headMacOf(keys: RecordKeys, tenantId: TenantId, { seq, digest }: ChainPlace): Buffer {
  return keys.digest('audit head', canonicalJson({ tenantId, seq }), digest);
}

/** The head of a chain as it is kept. */
export interface AuditHead extends ChainPlace {
  readonly mac: Buffer | null;
}

/** Whether a head is one that was written by somebody with the key. */
export function headHolds(keys: RecordKeys, tenantId: TenantId, head: AuditHead): boolean {
  if (head.seq === 0) return head.mac === null && head.digest.equals(beginning.digest);
  return head.mac?.equals(headMacOf(keys, tenantId, head)) === true;
}
