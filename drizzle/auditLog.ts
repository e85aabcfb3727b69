import { canonicalAddress } from '@kith/kernel/canonicalAddress.ts';
import type { JsonValue } from '@kith/kernel/canonicalJson.ts';
import { canonicalJson } from '@kith/kernel/canonicalJson.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import type { Client } from '@kith/kernel/request.ts';
import { sql } from 'drizzle-orm';
import type { AuditEntry, AuditHead } from './auditChain.ts';
import { chained, headHolds, headMacOf } from './auditChain.ts';
import type { Transaction } from './database.ts';

export type AuditPayload = { readonly [name: string]: JsonValue | undefined } | null;

/**
 * Something that was done and has to be accounted for, by whoever the transaction speaks for, in the tenant it speaks in.
 *
 * `before` and `after` hold ids, values of enums, moments, and the reason somebody gave: never an e-mail address, a telephone number or a name. An
 * entry about an invitation names the invitation, and not whom it was sent to. What is still somebody's own is taken out when
 * their account is erased, which goes by `targetType` "user" and the target's id: an entry about a person has to have those.
 */
export interface AuditedAct {
  readonly at: Date;
  /** Such as `user.suspend`: what, and what with it. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly before: AuditPayload;
  readonly after: AuditPayload;
  /** Who acted in the actor's name, if somebody did. */
  readonly impersonatorId?: UserId;
  /** The machine it was done from. */
  readonly client: Pick<Client, 'address' | 'userAgent'>;
  readonly requestId: string;
  /** The entry's own id; made when there is none. */
  readonly id?: string;
}

/** Thrown when the head of a chain was not written with this key: it was edited, or this process has another RECORD_KEY. */
export class AuditHeadBroken extends Error {
  constructor(tenantId: string) {
    super(`the audit log of tenant ${tenantId} does not end where RECORD_KEY says; nothing is added to it before that is looked into: pnpm audit:verify`);
    this.name = 'AuditHeadBroken';
  }
}

const userAgentLengthMax = 500;

/**
 * Adds an entry to the audit log of the tenant the transaction speaks in, chained to the one before it. It is the last thing a transaction does:
 * from here to its end all who audit in this tenant wait for it, and whoever took other locks afterwards could wait for one of them in a circle. Who
 * writes into the logs of several tenants does so in the order of their ids. Throws `AuditHeadBroken` rather than cover up a chain that was cut.
 */
export async function appendAudit(tx: Transaction, keys: RecordKeys, act: AuditedAct): Promise<void> {
  const { tenantId, actorId, head } = await holdHead(tx);
  if (!headHolds(keys, tenantId, head)) throw new AuditHeadBroken(tenantId);
  const entry = { ...entryOf(act), tenantId, actorId, seq: head.seq + 1 };
  const digests = chained(keys, head.digest, entry);
  const mac = headMacOf(keys, tenantId, { seq: entry.seq, digest: digests.digest });
  await tx.execute(sql`select tenants.append_audit(${entry.id}, ${entry.occurredAt.toISOString()}, ${entry.impersonatorId}, ${entry.action}, ${entry.targetType},
    ${entry.targetId}, ${jsonOf(entry.before)}, ${jsonOf(entry.after)}, ${entry.ipAddress}, ${entry.userAgent}, ${entry.requestId}, ${entry.seq},
    ${digests.digest}, ${digests.payloadDigest}, ${digests.originDigest}, ${mac})`);
}

interface HeadRow {
  readonly tenantId: TenantId;
  readonly actorId: UserId | null;
  readonly seq: string;
  readonly digest: Buffer;
  readonly mac: Buffer | null;
}

async function holdHead(tx: Transaction): Promise<{ tenantId: TenantId; actorId: UserId | null; head: AuditHead }> {
  const columns = { tenantId: sql<HeadRow['tenantId']>`tenant_id`, actorId: sql<HeadRow['actorId']>`actor_id`, seq: sql<string>`seq`, digest: sql<Buffer>`digest`, mac: sql<Buffer | null>`mac` };
  const [row]: HeadRow[] = await tx.select(columns).from(sql`tenants.hold_audit_head()`);
  if (row === undefined) throw new Error('there is no head to hold');
  return { tenantId: row.tenantId, actorId: row.actorId, head: { seq: Number(row.seq), digest: row.digest, mac: row.mac } };
}

/** The act as it will be read back: what the database would write in another way is written in its way first. */
function entryOf(act: AuditedAct): Omit<AuditEntry, 'tenantId' | 'actorId' | 'seq'> {
  const { at, id = newRowId(at), client, impersonatorId = null, ...rest } = act;
  const { address, userAgent } = client;
  return { ...rest, id, impersonatorId, occurredAt: at, ipAddress: canonicalAddress(address), userAgent: userAgent?.slice(0, userAgentLengthMax).toWellFormed() ?? null };
}

function jsonOf(payload: unknown): string | null {
  return payload === null ? null : canonicalJson(payload);
}
