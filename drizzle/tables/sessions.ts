import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { inetAddress, moment } from './columns.ts';

/** The sessions subgraph's tables. Rules and policies stand in the migrations; a test keeps both in agreement. */
export const sessionsSchema = pgSchema('sessions');

export const loginFailure = sessionsSchema.enum('login_failure', [
  'UNKNOWN_LOGIN',
  'WRONG_PASSWORD',
  'ACCOUNT_SUSPENDED',
  'ACCOUNT_BANNED',
  'ACCOUNT_DELETED',
  'TENANT_UNKNOWN',
]);
export const signingKeyState = sessionsSchema.enum('signing_key_state', ['NEXT', 'SIGNING', 'RETIRED']);

/** What a person proves with who they are. Seen only by a transaction opened for that person. */
export const credentials = sessionsSchema.table('credentials', {
  userId: uuid('user_id').$type<UserId>().primaryKey(),
  passwordHash: text('password_hash').notNull(),
  passwordChangedAt: moment('password_changed_at').notNull(),
});

/** One place where a person is signed in. */
export const sessions = sessionsSchema.table('sessions', {
  id: uuid('id').$type<SessionId>().primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull(),
  tenantId: uuid('tenant_id').$type<TenantId>(),
  device: text('device').notNull(),
  browser: text('browser'),
  operatingSystem: text('operating_system'),
  ipAddress: inetAddress('ip_address'),
  userAgent: text('user_agent'),
  createdAt: moment('created_at').notNull(),
  lastSeenAt: moment('last_seen_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  revokedAt: moment('revoked_at'),
});

/** One's own sessions, whatever tenant they were opened in. */
export const ownSessions = sessionsSchema
  .view('own_sessions', {
    id: uuid('id').$type<SessionId>().notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    tenantId: uuid('tenant_id').$type<TenantId>(),
    device: text('device').notNull(),
    browser: text('browser'),
    operatingSystem: text('operating_system'),
    ipAddress: inetAddress('ip_address'),
    createdAt: moment('created_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    revokedAt: moment('revoked_at'),
  })
  .existing();

/** Every attempt to sign in. Append-only, cut by month. */
export const loginHistory = sessionsSchema.table(
  'login_history',
  {
    id: uuid('id').notNull(),
    occurredAt: moment('occurred_at').notNull(),
    userId: uuid('user_id').$type<UserId>(),
    tenantId: uuid('tenant_id').$type<TenantId>(),
    sessionId: uuid('session_id').$type<SessionId>(),
    ipAddress: inetAddress('ip_address'),
    userAgent: text('user_agent'),
    failure: loginFailure('failure'),
  },
  (table) => [primaryKey({ columns: [table.id, table.occurredAt] })],
);

/** The keys that sign access tokens: one signs, at most one stands ready, the retired ones are still accepted for a while. */
export const signingKeys = sessionsSchema.table('signing_keys', {
  kid: text('kid').primaryKey(),
  algorithm: text('algorithm').notNull(),
  publicJwk: jsonb('public_jwk').notNull(),
  privateJwkEncrypted: text('private_jwk_encrypted').notNull(),
  state: signingKeyState('state').notNull(),
  createdAt: moment('created_at').notNull(),
  retiredAt: moment('retired_at'),
});
