import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { boolean, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { roleType } from './role.ts';

/** The users subgraph's tables. Rules and policies stand in the migrations; a test keeps both in agreement. */
export const usersSchema = pgSchema('users');

export const userStatus = usersSchema.enum('user_status', ['PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED']);
export const mailState = usersSchema.enum('mail_state', ['QUEUED', 'SENT', 'KEPT', 'FAILED']);
export const dataExportState = usersSchema.enum('data_export_state', ['QUEUED', 'READY', 'EXPIRED']);
export const colorScheme = usersSchema.enum('color_scheme', ['SYSTEM', 'LIGHT', 'DARK']);

/** One row a person: the account and where it stands in its life. */
export const people = usersSchema.table('people', {
  id: uuid('id').$type<UserId>().primaryKey(),
  email: text('email').notNull(),
  emailCanonical: text('email_canonical').notNull(),
  emailVerifiedAt: moment('email_verified_at'),
  username: text('username').notNull(),
  usernameCanonical: text('username_canonical').notNull(),
  status: userStatus('status').notNull().default('PENDING_VERIFICATION'),
  statusReason: text('status_reason'),
  statusChangedAt: moment('status_changed_at'),
  statusChangedBy: uuid('status_changed_by').$type<UserId>(),
  suspendedUntil: moment('suspended_until'),
  platformAdministrator: boolean('platform_administrator').notNull().default(false),
  followerCount: integer('follower_count').notNull().default(0),
  followingCount: integer('following_count').notNull().default(0),
  version: integer('version').notNull().default(1),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  deletedAt: moment('deleted_at'),
  deletedBy: uuid('deleted_by').$type<UserId>(),
  hiddenUntilVerified: boolean('hidden_until_verified').notNull().default(false),
});

/** What a person tells about themselves: one row a person. */
export const profiles = usersSchema.table('profiles', {
  userId: uuid('user_id').$type<UserId>().primaryKey().references(() => people.id),
  displayName: text('display_name'),
  bio: text('bio'),
  pictureUrl: text('picture_url'),
  bannerUrl: text('banner_url'),
  location: text('location'),
  website: text('website'),
  interests: text('interests').array().notNull().default([]),
  skills: text('skills').array().notNull().default([]),
  theme: jsonb('theme').$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  twitter: text('twitter'),
  instagram: text('instagram'),
  tiktok: text('tiktok'),
  discord: text('discord'),
  youtube: text('youtube'),
  updatedAt: moment('updated_at').notNull(),
});

/** What a person chose for themselves: one row a person, read by nobody else. */
export const preferences = usersSchema.table('preferences', {
  userId: uuid('user_id').$type<UserId>().primaryKey().references(() => people.id),
  locale: text('locale').notNull().default('en'),
  timeZone: text('time_zone').notNull().default('UTC'),
  colorScheme: colorScheme('color_scheme').notNull().default('SYSTEM'),
  showPresence: boolean('show_presence').notNull().default(true),
  updatedAt: moment('updated_at').notNull(),
});

/** Phone numbers, encrypted: a row for everybody who gave one. */
export const phoneNumbers = usersSchema.table('phone_numbers', {
  userId: uuid('user_id').$type<UserId>().primaryKey().references(() => people.id),
  numberEncrypted: text('number_encrypted').notNull(),
  updatedAt: moment('updated_at').notNull(),
});

/** Who follows whom. Triggers keep the counts in `people`. */
export const follows = usersSchema.table(
  'follows',
  {
    followerId: uuid('follower_id').$type<UserId>().notNull().references(() => people.id),
    followedId: uuid('followed_id').$type<UserId>().notNull().references(() => people.id),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.followerId, table.followedId] })],
);

/** Who is to be found in which tenant: a projection kept by triggers and by the port `users.directory_put`. */
export const directoryEntries = usersSchema.table(
  'directory_entries',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
    role: roleType('role').notNull(),
    status: userStatus('status').notNull(),
    listed: boolean('listed').notNull(),
    verified: boolean('verified').notNull(),
    followerCount: integer('follower_count').notNull(),
    searchText: text('search_text').notNull(),
    joinedAt: moment('joined_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.userId] })],
);

/** The directory of the active tenant: what is searched, for an index serves it where none serves the table. */
export const directory = usersSchema
  .view('directory', {
    userId: uuid('user_id').$type<UserId>().notNull(),
    role: roleType('role').notNull(),
    status: userStatus('status').notNull(),
    listed: boolean('listed').notNull(),
    verified: boolean('verified').notNull(),
    followerCount: integer('follower_count').notNull(),
    searchText: text('search_text').notNull(),
  })
  .existing();

/** Follows between people of the active tenant. */
export const knownFollows = usersSchema
  .view('known_follows', {
    followerId: uuid('follower_id').$type<UserId>().notNull(),
    followedId: uuid('followed_id').$type<UserId>().notNull(),
    createdAt: moment('created_at').notNull(),
  })
  .existing();

/** Who blocked whom. One's own only: nobody learns who blocked them. */
export const blocks = usersSchema.table(
  'blocks',
  {
    blockerId: uuid('blocker_id').$type<UserId>().notNull().references(() => people.id),
    blockedId: uuid('blocked_id').$type<UserId>().notNull().references(() => people.id),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.blockerId, table.blockedId] })],
);

/** Who blocked whoever asks. */
export const hidingPeople = usersSchema.view('hiding_people', { userId: uuid('user_id').$type<UserId>().notNull() }).existing();

/** When people were last seen, in each of their tenants. */
export const presences = usersSchema.table(
  'presences',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.userId] })],
);

/** The 6 digits that prove an e-mail address: a row for every address that was asked about, also where nobody goes by it. */
export const verificationCodes = usersSchema.table('verification_codes', {
  addressHash: bytes('address_hash').primaryKey(),
  userId: uuid('user_id').$type<UserId>().references(() => people.id),
  registeredIn: uuid('registered_in').$type<TenantId>(),
  codeHash: bytes('code_hash'),
  expiresAt: moment('expires_at').notNull(),
  attemptsLeft: integer('attempts_left').notNull(),
  requestedAt: moment('requested_at').array().notNull().default([]),
});

/** Names that were given up, and until when nobody else may take them. */
export const usernameHistory = usersSchema.table(
  'username_history',
  {
    usernameCanonical: text('username_canonical').notNull(),
    userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
    givenUpAt: moment('given_up_at').notNull(),
    reservedUntil: moment('reserved_until').notNull(),
    /** False for a name that was only set aside for somebody, and was never theirs. */
    worn: boolean('worn').notNull().default(true),
  },
  (table) => [primaryKey({ columns: [table.usernameCanonical, table.userId, table.givenUpAt] })],
);

/** Who was suspended, banned or reinstated, by whom and why. */
export const statusChanges = usersSchema.table('status_changes', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
  fromStatus: userStatus('from_status').notNull(),
  toStatus: userStatus('to_status').notNull(),
  reason: text('reason'),
  actorId: uuid('actor_id').$type<UserId>(),
  changedAt: moment('changed_at').notNull(),
});

/** Mail on its way, or kept for the local mailbox. */
export const mails = usersSchema.table('mails', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').$type<UserId>(),
  recipient: text('recipient').notNull(),
  template: text('template').notNull(),
  subject: text('subject').notNull(),
  textBody: text('text_body'),
  htmlBody: text('html_body'),
  state: mailState('state').notNull().default('QUEUED'),
  queuedAt: moment('queued_at').notNull(),
  settledAt: moment('settled_at'),
  turnAt: moment('turn_at'),
  failure: text('failure'),
});
