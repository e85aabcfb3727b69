import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { boolean, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, inetAddress, moment } from './columns.ts';

/** The sessions subgraph's tables. Rules and policies stand in the migrations; a test keeps both in agreement. */
export const sessionsSchema = pgSchema('sessions');

export const loginFailure = sessionsSchema.enum('login_failure', [
  'UNKNOWN_LOGIN',
  'WRONG_PASSWORD',
  'ACCOUNT_SUSPENDED',
  'ACCOUNT_BANNED',
  'ACCOUNT_DELETED',
  'TENANT_UNKNOWN',
  'ACCOUNT_LOCKED',
  'WRONG_CODE',
  'ADDRESS_NOT_ALLOWED',
]);
export const alertKind = sessionsSchema.enum('alert_kind', [
  'MULTIPLE_FAILED_LOGINS',
  'DISTRIBUTED_LOGIN_ATTEMPTS',
  'NEW_IP_LOGIN',
  'UNUSUAL_LOGIN_TIME',
  'BACKUP_CODE_USED',
  'PASSWORD_CHANGED',
  'TWO_FACTOR_ENABLED',
  'TWO_FACTOR_DISABLED',
  'ACCOUNT_LOCKED',
  'REFRESH_REUSED',
]);
export const alertSeverity = sessionsSchema.enum('alert_severity', ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
export const signingKeyState = sessionsSchema.enum('signing_key_state', ['NEXT', 'SIGNING', 'RETIRED']);

/** What a person proves with who they are. Seen only by a transaction opened for that person. */
export const credentials = sessionsSchema.table('credentials', {
  userId: uuid('user_id').$type<UserId>().primaryKey(),
  passwordHash: text('password_hash').notNull(),
  passwordChangedAt: moment('password_changed_at').notNull(),
  version: integer('version').notNull().default(1),
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
  remember: boolean('remember').notNull().default(false),
  absoluteExpiresAt: moment('absolute_expires_at').notNull(),
  fingerprint: bytes('fingerprint'),
  revokedReason: text('revoked_reason'),
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
    remember: boolean('remember').notNull(),
    absoluteExpiresAt: moment('absolute_expires_at').notNull(),
    fingerprint: bytes('fingerprint'),
    revokedReason: text('revoked_reason'),
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

/** Every refresh token ever given out, by its hash. Of each session one lives. */
export const refreshTokens = sessionsSchema.table('refresh_tokens', {
  tokenHash: bytes('token_hash').primaryKey(),
  sessionId: uuid('session_id').$type<SessionId>().notNull().references(() => sessions.id),
  userId: uuid('user_id').$type<UserId>().notNull(),
  issuedAt: moment('issued_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
  successorEncrypted: text('successor_encrypted'),
});

/** The right to choose a new password, by the hash of what was mailed. */
export const passwordResets = sessionsSchema.table('password_resets', {
  tokenHash: bytes('token_hash').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull(),
  requestedAt: moment('requested_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
});

/** Failures in a row, counted across processes under a keyed hash of what failed: a login, an account, one device of it. */
export const lockouts = sessionsSchema.table('lockouts', {
  subject: bytes('subject').primaryKey(),
  userId: uuid('user_id').$type<UserId>(),
  failures: integer('failures').notNull(),
  lastFailedAt: moment('last_failed_at').notNull(),
  lockedUntil: moment('locked_until'),
});

/** Where people have signed in before: what a device says of itself, and the network it does so from. */
export const knownDevices = sessionsSchema.table(
  'known_devices',
  {
    userId: uuid('user_id').$type<UserId>().notNull(),
    fingerprint: bytes('fingerprint').notNull(),
    network: inetAddress('network').notNull(),
    signedInAt: moment('signed_in_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.fingerprint, table.network] })],
);

/** The devices one is known on oneself. */
export const ownKnownDevices = sessionsSchema
  .view('own_known_devices', {
    userId: uuid('user_id').$type<UserId>().notNull(),
    fingerprint: text('fingerprint'),
    network: inetAddress('network').notNull(),
    signedInAt: moment('signed_in_at').notNull(),
  })
  .existing();

/** When a new password was asked for within the last hour, by a keyed hash of the address. */
export const resetRequests = sessionsSchema.table('reset_requests', {
  addressHash: bytes('address_hash').primaryKey(),
  requestedAt: moment('requested_at').array().notNull(),
  latestAt: moment('latest_at').notNull(),
});

/** What was out of the ordinary about an account. */
export const alerts = sessionsSchema.table('alerts', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull(),
  tenantId: uuid('tenant_id').$type<TenantId>(),
  kind: alertKind('kind').notNull(),
  severity: alertSeverity('severity').notNull(),
  raisedAt: moment('raised_at').notNull(),
  ipAddress: inetAddress('ip_address'),
  details: jsonb('details').notNull().default({}),
});

/** What access tokens must no longer be believed: those of a session, or those issued up to a moment that a person was given, or for acting in a tenant. */
export const revocations = sessionsSchema.table('revocations', {
  id: uuid('id').primaryKey(),
  sessionId: uuid('session_id').$type<SessionId>(),
  userId: uuid('user_id').$type<UserId>(),
  revokedAt: moment('revoked_at').notNull(),
  tenantId: uuid('tenant_id').$type<TenantId>(),
});
