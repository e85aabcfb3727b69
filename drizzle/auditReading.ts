import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type postgres from 'postgres';
import type { AuditHead, ChainedEntry } from './auditChain.ts';
import type { CheckpointKind } from './auditCheckpoints.ts';

/** A tenant there is an audit log, a head or a checkpoint of. The slug is null when the tenant itself is gone. */
export interface AuditedTenant {
  readonly id: TenantId;
  readonly slug: string | null;
}

/** A checkpoint as it stands in the table, whatever it is worth. */
export interface KeptCheckpoint {
  readonly seq: number;
  readonly digest: Buffer;
  readonly kind: CheckpointKind;
  readonly madeAt: Date;
  readonly jws: string;
}

/** The entries from before the chain, or that were put in past it. */
export interface UnchainedEntries {
  readonly count: number;
  readonly lastAt: Date | null;
  readonly lastId: string | null;
}

/** The audit log of one tenant as it stood at one moment. */
export interface AuditSnapshot {
  readonly head: AuditHead | null;
  readonly unchained: UnchainedEntries;
  checkpoints(): AsyncGenerator<KeptCheckpoint>;
  /** In the order of the chain, from a number on. */
  entries(fromSeq?: number): AsyncGenerator<ChainedEntry>;
  /** The numbers between which all entries of a time lie. Null when there are none. */
  span(from: Date | null, to: Date | null): Promise<{ readonly first: number; readonly last: number } | null>;
}

const batchRows = 1_000;

/** Lists the tenants whose audit log there is something of, as the owner of the database; `slug` narrows it to one. */
export async function auditedTenants(owner: postgres.Sql, slug: string | null = null): Promise<AuditedTenant[]> {
  const rows = await asKeeper(owner, (tx) =>
    tx<AuditedTenant[]>`
      select t.id, t.slug from tenants.tenants t where t.slug = coalesce(${slug}, t.slug)
      union
      select a.tenant_id, null from (
        select tenant_id from tenants.audit_heads union select tenant_id from tenants.audit_checkpoints union select tenant_id from tenants.audit_entries) a
      where ${slug}::text is null and not exists (select from tenants.tenants t where t.id = a.tenant_id)
      order by 2 nulls last, 1`);
  return [...rows];
}

/** Reads the audit log of a tenant, all of it from one snapshot of the database. */
export async function readAuditLog<T>(owner: postgres.Sql, tenantId: TenantId, work: (log: AuditSnapshot) => Promise<T>): Promise<T> {
  let outcome: { readonly value: T } | undefined;
  await asKeeper(owner, async (tx) => {
    outcome = { value: await work(await snapshotIn(tx, tenantId)) };
    return [];
  });
  if (outcome === undefined) throw new Error('the snapshot was not read');
  return outcome.value;
}

async function asKeeper<Rows>(owner: postgres.Sql, work: (tx: postgres.TransactionSql) => Promise<Rows>): Promise<Rows> {
  const rows = await owner.begin('isolation level repeatable read read only', async (tx) => {
    await tx`set local role kith_keeper`;
    return work(tx);
  });
  return rows as Rows; // postgres-js unwraps arrays of promises in its type, of which there are none here
}

async function snapshotIn(tx: postgres.TransactionSql, tenantId: TenantId): Promise<AuditSnapshot> {
  const [head] = await tx<{ seq: string; digest: Buffer; mac: Buffer | null }[]>`select seq, digest, mac from tenants.audit_heads where tenant_id = ${tenantId}`;
  const [unchained] = await tx<UnchainedEntries[]>`
    select count(*)::int as count, max(occurred_at) as "lastAt", (array_agg(id order by occurred_at desc))[1] as "lastId"
    from tenants.audit_entries where tenant_id = ${tenantId} and seq is null`;
  return {
    head: head === undefined ? null : { ...head, seq: Number(head.seq) },
    unchained: unchained ?? { count: 0, lastAt: null, lastId: null },
    checkpoints: () => checkpointsOf(tx, tenantId),
    entries: (fromSeq = Number.MIN_SAFE_INTEGER) => entriesOf(tx, tenantId, fromSeq),
    async span(from, to) {
      const [row] = await tx<{ first: string | null; last: string | null }[]>`
        select min(seq) as first, max(seq) as last from tenants.audit_entries
        where tenant_id = ${tenantId} and seq is not null and occurred_at >= coalesce(${from}::timestamptz, '-infinity') and occurred_at < coalesce(${to}::timestamptz, 'infinity')`;
      return row?.first == null || row.last === null ? null : { first: Number(row.first), last: Number(row.last) };
    },
  };
}

async function* checkpointsOf(tx: postgres.TransactionSql, tenantId: TenantId): AsyncGenerator<KeptCheckpoint> {
  for (let [seq, kind] = ['0', 'PERIODIC']; ; ) {
    const rows = await tx<(Omit<KeptCheckpoint, 'seq'> & { seq: string })[]>`
      select seq, digest, kind, made_at as "madeAt", jws from tenants.audit_checkpoints
      where tenant_id = ${tenantId} and (seq, kind) > (${seq}, ${kind}) order by seq, kind limit ${batchRows}`;
    for (const row of rows) yield { ...row, seq: Number(row.seq) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchRows) return;
    ({ seq, kind } = last);
  }
}

interface EntryRow extends Omit<ChainedEntry, 'tenantId' | 'seq' | 'before' | 'after' | 'actorId' | 'impersonatorId'> {
  readonly seq: string;
  readonly actorId: UserId | null;
  readonly impersonatorId: UserId | null;
  /** As text: read by JavaScript alone, as it was written. */
  readonly before: string | null;
  readonly after: string | null;
}

// Two rows at one number are no chain, but have to be seen: so the order goes on behind the number.
async function* entriesOf(tx: postgres.TransactionSql, tenantId: TenantId, fromSeq: number): AsyncGenerator<ChainedEntry> {
  let behind = { seq: String(fromSeq), occurredAt: new Date(0), id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const rows = await tx<EntryRow[]>`
      select seq, id, occurred_at as "occurredAt", actor_id as "actorId", impersonator_id as "impersonatorId", action, target_type as "targetType", target_id as "targetId",
        before::text, after::text, ip_address as "ipAddress", user_agent as "userAgent", request_id as "requestId", digest, payload_digest as "payloadDigest",
        origin_digest as "originDigest", redacted_at as "redactedAt"
      from tenants.audit_entries
      where tenant_id = ${tenantId} and (seq, occurred_at, id) > (${behind.seq}, ${behind.occurredAt}, ${behind.id}) order by seq, occurred_at, id limit ${batchRows}`;
    for (const row of rows) yield { ...row, tenantId, seq: Number(row.seq), before: parsed(row.before), after: parsed(row.after) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchRows) return;
    behind = last;
  }
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
