import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { bigint, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, inetAddress, moment } from './columns.ts';
import { tenantsSchema } from './tenants.ts';

/** Every privileged or security-relevant act. Append-only, chained, cut by month. Written by appendAudit alone. */
export const auditEntries = tenantsSchema.table(
  'audit_entries',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    occurredAt: moment('occurred_at').notNull(),
    actorId: uuid('actor_id').$type<UserId>(),
    impersonatorId: uuid('impersonator_id').$type<UserId>(),
    action: text('action').notNull(),
    targetType: text('target_type').notNull(),
    targetId: text('target_id').notNull(),
    before: jsonb('before'),
    after: jsonb('after'),
    ipAddress: inetAddress('ip_address'),
    userAgent: text('user_agent'),
    requestId: text('request_id').notNull(),
    seq: bigint('seq', { mode: 'number' }),
    digest: bytes('digest'),
    payloadDigest: bytes('payload_digest'),
    originDigest: bytes('origin_digest'),
    redactedAt: moment('redacted_at'),
  },
  (table) => [primaryKey({ columns: [table.id, table.occurredAt] })],
);

/** Where the chain of a tenant's audit log ends. */
export const auditHeads = tenantsSchema.table('audit_heads', {
  tenantId: uuid('tenant_id').$type<TenantId>().primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  digest: bytes('digest').notNull(),
  mac: bytes('mac'),
});

export const auditCheckpointKind = tenantsSchema.enum('audit_checkpoint_kind', ['PERIODIC', 'PRUNED']);

/** What was signed of a tenant's audit log. */
export const auditCheckpoints = tenantsSchema.table(
  'audit_checkpoints',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    digest: bytes('digest').notNull(),
    madeAt: moment('made_at').notNull(),
    kind: auditCheckpointKind('kind').notNull(),
    jws: text('jws').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.seq, table.kind] })],
);
