import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { roleType } from './role.ts';
import { tenants, tenantsSchema } from './tenants.ts';

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
