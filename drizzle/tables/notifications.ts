import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { boolean, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment, timeOfDay } from './columns.ts';
import { people, usersSchema } from './users.ts';

export const notificationType = usersSchema.enum('notification_type', [
  'NEW_FOLLOWER',
  'LEVEL_REACHED',
  'SECURITY_ALERT',
  'ROLE_CHANGED',
  'MEMBERSHIP_ENDED',
  'INVITATION_ACCEPTED',
  'ACCOUNT_STATUS_CHANGED',
  'DATA_EXPORT_READY',
]);
export const notificationChannel = usersSchema.enum('notification_channel', ['IN_APP', 'EMAIL', 'PUSH']);
export const notificationDigest = usersSchema.enum('notification_digest', ['NONE', 'DAILY', 'WEEKLY']);
export const pushPlatform = usersSchema.enum('push_platform', ['IOS', 'ANDROID', 'WEB']);

/** What a person was told, whichever ways it took. Its words are made when it is shown. */
export const notifications = usersSchema.table('notifications', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
  tenantId: uuid('tenant_id').$type<TenantId>(),
  type: notificationType('type').notNull(),
  priority: integer('priority').notNull(),
  actorId: uuid('actor_id').$type<UserId>(),
  data: jsonb('data').$type<Record<string, string | number>>().notNull().default({}),
  inApp: boolean('in_app').notNull(),
  createdAt: moment('created_at').notNull(),
  readAt: moment('read_at'),
  expiresAt: moment('expires_at').notNull(),
});

/** What a person chose otherwise than the defaults say: by kind of news and way. */
export const notificationPreferences = usersSchema.table(
  'notification_preferences',
  {
    userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
    type: notificationType('type').notNull(),
    channel: notificationChannel('channel').notNull(),
    enabled: boolean('enabled').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.type, table.channel] })],
);

/** When a person wants quiet, and whether their mails are gathered. */
export const notificationSettings = usersSchema.table('notification_settings', {
  userId: uuid('user_id').$type<UserId>().primaryKey().references(() => people.id),
  quietFrom: timeOfDay('quiet_from'),
  quietTo: timeOfDay('quiet_to'),
  digest: notificationDigest('digest').notNull().default('NONE'),
  updatedAt: moment('updated_at').notNull(),
});

/** What was put off: to the end of quiet hours, or to the next mail that gathers. */
export const pendingDeliveries = usersSchema.table(
  'pending_deliveries',
  {
    notificationId: uuid('notification_id').notNull().references(() => notifications.id),
    channel: notificationChannel('channel').notNull(),
    userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
    dueAt: moment('due_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.notificationId, table.channel] })],
);

/** Devices that get push messages. */
export const pushTokens = usersSchema.table('push_tokens', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
  tokenHash: bytes('token_hash').notNull(),
  tokenEncrypted: text('token_encrypted').notNull(),
  tokenEnding: text('token_ending').notNull(),
  platform: pushPlatform('platform').notNull(),
  deviceName: text('device_name'),
  appVersion: text('app_version'),
  registeredAt: moment('registered_at').notNull(),
  lastUsedAt: moment('last_used_at').notNull(),
});
