import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { bigint, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, inetAddress, moment } from './columns.ts';
import { roleType } from './role.ts';

/** The tenants subgraph's tables. Rules and policies stand in the migrations; a test keeps both in agreement. */
export const tenantsSchema = pgSchema('tenants');

export const tenantStatus = tenantsSchema.enum('tenant_status', ['ACTIVE', 'SUSPENDED']);

/** A community, company or product. */
export const tenants = tenantsSchema.table('tenants', {
  id: uuid('id').$type<TenantId>().primaryKey(),
  name: text('name').notNull(),
  slug: text('slug').notNull(),
  status: tenantStatus('status').notNull().default('ACTIVE'),
  version: integer('version').notNull().default(1),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  deletedAt: moment('deleted_at'),
});

/** A person's place in a tenant. */
export const memberships = tenantsSchema.table('memberships', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull().references(() => tenants.id),
  userId: uuid('user_id').$type<UserId>().notNull(),
  role: roleType('role').notNull(),
  joinedAt: moment('joined_at').notNull(),
  /** What they joined by, if it was that. */
  invitationId: uuid('invitation_id').references(() => invitations.id, { onDelete: 'set null' }),
});

/** A place in a tenant that was offered by mail. Open as long as it is neither accepted nor withdrawn. */
export const invitations = tenantsSchema.table('invitations', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull().references(() => tenants.id),
  email: text('email').notNull(),
  emailCanonical: text('email_canonical').notNull(),
  role: roleType('role').notNull(),
  tokenHash: bytes('token_hash'),
  invitedBy: uuid('invited_by').$type<UserId>().notNull(),
  message: text('message'),
  createdAt: moment('created_at').notNull(),
  sentAt: moment('sent_at').notNull(),
  sentCount: integer('sent_count').notNull().default(1),
  expiresAt: moment('expires_at').notNull(),
  acceptedAt: moment('accepted_at'),
  acceptedBy: uuid('accepted_by').$type<UserId>(),
  revokedAt: moment('revoked_at'),
  revokedBy: uuid('revoked_by').$type<UserId>(),
});

/** When invitations were asked for, in a tenant altogether and for each address, as far back as limits look. */
export const invitationRequests = tenantsSchema.table(
  'invitation_requests',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull().references(() => tenants.id),
    subject: text('subject').notNull(),
    requestedAt: moment('requested_at').array().notNull(),
    latestAt: moment('latest_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.subject] })],
);

/** How the roles of those who belong to a tenant changed. */
export const roleChanges = tenantsSchema.table('role_changes', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
  membershipId: uuid('membership_id').notNull().references(() => memberships.id, { onDelete: 'cascade' }),
  userId: uuid('user_id').$type<UserId>().notNull(),
  fromRole: roleType('from_role'),
  toRole: roleType('to_role').notNull(),
  changedBy: uuid('changed_by').$type<UserId>().notNull(),
  changedAt: moment('changed_at').notNull(),
});

/** The rules a tenant chose. */
export const settings = tenantsSchema.table('settings', {
  tenantId: uuid('tenant_id').$type<TenantId>().primaryKey().references(() => tenants.id),
  settings: jsonb('settings').notNull().default({}),
  version: integer('version').notNull().default(1),
  updatedAt: moment('updated_at').notNull(),
});

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

/** One's own memberships in every tenant, whatever tenant one acts in, each with its tenant. */
export const ownMemberships = tenantsSchema
  .view('own_memberships', {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    role: roleType('role').notNull(),
    joinedAt: moment('joined_at').notNull(),
    tenantName: text('tenant_name').notNull(),
    tenantSlug: text('tenant_slug').notNull(),
    tenantStatus: tenantStatus('tenant_status').notNull(),
    tenantCreatedAt: moment('tenant_created_at').notNull(),
  })
  .existing();

/** How one's own roles changed, in every tenant. */
export const ownRoleChanges = tenantsSchema
  .view('own_role_changes', {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    membershipId: uuid('membership_id').notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    fromRole: roleType('from_role'),
    toRole: roleType('to_role').notNull(),
    changedBy: uuid('changed_by').$type<UserId>().notNull(),
    changedAt: moment('changed_at').notNull(),
  })
  .existing();
