import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { bigint, boolean, integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { sessionsSchema } from './sessions.ts';

/** The secret of a person's authenticator app, encrypted. */
export const secondFactors = sessionsSchema.table('second_factors', {
  userId: uuid('user_id').$type<UserId>().primaryKey(),
  secretEncrypted: text('secret_encrypted').notNull(),
  setupExpiresAt: moment('setup_expires_at').notNull(),
  confirmedAt: moment('confirmed_at'),
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
});

/** Codes for when the app is out of reach, hashed, each for one use. */
export const backupCodes = sessionsSchema.table(
  'backup_codes',
  {
    userId: uuid('user_id').$type<UserId>().notNull(),
    codeHash: bytes('code_hash').notNull(),
    usedAt: moment('used_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
);

/** A sign-in whose second factor is outstanding. */
export const twoFactorChallenges = sessionsSchema.table('two_factor_challenges', {
  tokenHash: bytes('token_hash').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull(),
  tenantId: uuid('tenant_id').$type<TenantId>(),
  remember: boolean('remember').notNull(),
  issuedAt: moment('issued_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  attemptsLeft: integer('attempts_left').notNull(),
  usedAt: moment('used_at'),
});
