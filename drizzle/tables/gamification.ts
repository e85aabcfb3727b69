import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { integer, numeric, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';

/** The gamification subgraph's tables. Rules and policies stand in the migrations; a test keeps both in agreement. */
export const gamificationSchema = pgSchema('gamification');

export const currency = gamificationSchema.enum('currency', ['SPARKLE', 'PREMIUM']);
export const accountKind = gamificationSchema.enum('account_kind', ['WALLET', 'MINT', 'STORE', 'ESCROW', 'SINK']);
export const achievementRarity = gamificationSchema.enum('achievement_rarity', ['COMMON', 'UNCOMMON', 'RARE', 'EPIC', 'LEGENDARY']);

/** A person inside one tenant. `experience` follows the log by a trigger. */
export const players = gamificationSchema.table('players', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
  userId: uuid('user_id').$type<UserId>().notNull(),
  experience: integer('experience').notNull().default(0),
  createdAt: moment('created_at').notNull(),
});

/** Every award of experience. Append-only, cut by month. */
export const experienceEntries = gamificationSchema.table(
  'experience_entries',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    playerId: uuid('player_id').notNull().references(() => players.id),
    amount: integer('amount').notNull(),
    source: text('source').notNull(),
    occurredAt: moment('occurred_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.id, table.occurredAt] })],
);

/** Where points lie. `balance` follows the entries by a trigger. */
export const accounts = gamificationSchema.table('accounts', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
  playerId: uuid('player_id').references(() => players.id),
  kind: accountKind('kind').notNull(),
  currency: currency('currency').notNull(),
  balance: numeric('balance', { precision: 19, scale: 4 }).notNull().default('0'),
});

/** One movement of points, with why. Its entries sum to zero per currency. */
export const transfers = gamificationSchema.table('transfers', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  requestHash: bytes('request_hash').notNull(),
  cause: text('cause').notNull(),
  actorId: uuid('actor_id').$type<UserId>(),
  occurredAt: moment('occurred_at').notNull(),
});

/** What a transfer does to one account. Never changed, never deleted. */
export const entries = gamificationSchema.table(
  'entries',
  {
    transferId: uuid('transfer_id').notNull().references(() => transfers.id),
    accountId: uuid('account_id').notNull().references(() => accounts.id),
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    currency: currency('currency').notNull(),
    amount: numeric('amount', { precision: 19, scale: 4 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.transferId, table.accountId] })],
);

/** Something worth reaching, defined by the tenant. */
export const achievements = gamificationSchema.table('achievements', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  rarity: achievementRarity('rarity').notNull(),
  createdAt: moment('created_at').notNull(),
});

/** What a player has unlocked. */
export const playerAchievements = gamificationSchema.table(
  'player_achievements',
  {
    playerId: uuid('player_id').notNull().references(() => players.id),
    achievementId: uuid('achievement_id').notNull().references(() => achievements.id),
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    unlockedAt: moment('unlocked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.playerId, table.achievementId] })],
);
