import type { UserId } from '@kith/kernel/ids.ts';
import { jsonb, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { dataExportState, people, userStatus, usersSchema } from './users.ts';

/** Accounts that are deleted, with what is needed to put them back. */
export const deletions = usersSchema.table('deletions', {
  userId: uuid('user_id').$type<UserId>().primaryKey().references(() => people.id),
  deletedAt: moment('deleted_at').notNull(),
  deletedBy: uuid('deleted_by').$type<UserId>(),
  statusBefore: userStatus('status_before').notNull(),
  statusReasonBefore: text('status_reason_before'),
  suspendedUntilBefore: moment('suspended_until_before'),
  reason: text('reason'),
  restoreTokenHash: bytes('restore_token_hash'),
  erasedAt: moment('erased_at'),
});

/** How far the erasure of somebody is, and what it came to. */
export const erasures = usersSchema.table('erasures', {
  userId: uuid('user_id').$type<UserId>().primaryKey().references(() => people.id),
  startedAt: moment('started_at').notNull(),
  counts: jsonb('counts').$type<Record<string, number>>().notNull().default({}),
  stepsDone: text('steps_done').array().notNull().default([]),
  finishedAt: moment('finished_at'),
  signed: text('signed'),
});

/** The documents people asked for about themselves. */
export const dataExports = usersSchema.table('data_exports', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').$type<UserId>().notNull().references(() => people.id),
  label: text('label'),
  state: dataExportState('state').notNull().default('QUEUED'),
  requestedAt: moment('requested_at').notNull(),
  readyAt: moment('ready_at'),
  expiresAt: moment('expires_at'),
  document: text('document'),
});
