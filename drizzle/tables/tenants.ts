import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { boolean, date, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';
import { roleType } from './role.ts';
import { userStatus } from './users.ts';

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
  statusReason: text('status_reason'),
  deletedAt: moment('deleted_at'),
  deletedBy: uuid('deleted_by').$type<UserId>(),
  emptyingAt: moment('emptying_at'),
  emptiedAt: moment('emptied_at'),
});

/** A person's place in a tenant. */
export const memberships = tenantsSchema.table('memberships', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull().references(() => tenants.id),
  userId: uuid('user_id').$type<UserId>().notNull(),
  role: roleType('role').notNull(),
  joinedAt: moment('joined_at').notNull(),
  /** What they joined by, if it was that. */
  invitationId: uuid('invitation_id'),
});

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

/** How many people of a role and a status a tenant has, but for the changes that were not added yet. */
export const memberCounts = tenantsSchema.table(
  'member_counts',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    role: roleType('role').notNull(),
    status: userStatus('status').notNull(),
    members: integer('members').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.role, table.status] })],
);

/** What has changed since: written by triggers on the directory, added up by a job. */
export const memberCountChanges = tenantsSchema.table('member_count_changes', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
  role: roleType('role').notNull(),
  status: userStatus('status').notNull(),
  change: integer('change').notNull(),
});

/** What happened in a tenant on a day, in UTC. */
export const dailyStatistics = tenantsSchema.table(
  'daily_statistics',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    day: date('day').notNull(),
    signIns: integer('sign_ins').notNull().default(0),
    activePeople: integer('active_people').notNull().default(0),
    joined: integer('joined').notNull().default(0),
    departed: integer('departed').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.day] })],
);

/** Who did anything on a day, until it was added up, and a few days more. */
export const dailyActivePeople = tenantsSchema.table(
  'daily_active_people',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    day: date('day').notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    counted: boolean('counted').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.day, table.userId] })],
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
    tenantVersion: integer('tenant_version').notNull(),
    tenantDeletedAt: moment('tenant_deleted_at'),
    tenantBranding: jsonb('tenant_branding'),
  })
  .existing();

/** Every tenant with what it shows to anybody, for administrators of the platform alone. */
export const everyTenant = tenantsSchema
  .view('every_tenant', {
    id: uuid('id').$type<TenantId>().notNull(),
    name: text('name').notNull(),
    slug: text('slug').notNull(),
    status: tenantStatus('status').notNull(),
    createdAt: moment('created_at').notNull(),
    version: integer('version').notNull(),
    statusReason: text('status_reason'),
    deletedAt: moment('deleted_at'),
    branding: jsonb('branding'),
    // Null in a tenant one does not belong to: the view looks, and need not find.
    ownMembershipId: uuid('own_membership_id').notNull(),
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
