import { statement } from '@kith/drizzle/connection.ts';
import { everyTenant, ownMemberships, settings, tenants } from '@kith/drizzle/tables/tenants.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Tenant } from '../domain/tenant.ts';
import { tenantColumns } from './tenantColumns.ts';

/** The tenants a viewer may know of: the active one, and those they belong to. Why another one is closed is not told. */
const knownTenants = (active: SQL, own: SQL): SQL => sql`
  (select ${tenants.id}, ${tenants.name}, ${tenants.slug}, ${tenants.status}, ${tenants.createdAt}, ${tenants.version}, ${tenants.statusReason}, ${tenants.deletedAt},
      ${settings.settings} -> 'branding' as branding, false as is_own
    from ${tenants} left join ${settings} on ${settings.tenantId} = ${tenants.id}
    where ${tenants.id} = ${sql.placeholder('tenantId')}::uuid and ${active} = any(${sql.placeholder('keys')})
  union all
  select ${ownMemberships.tenantId}, ${ownMemberships.tenantName}, ${ownMemberships.tenantSlug}, ${ownMemberships.tenantStatus}, ${ownMemberships.tenantCreatedAt},
      ${ownMemberships.tenantVersion}, null, ${ownMemberships.tenantDeletedAt}, ${ownMemberships.tenantBranding}, true
    from ${ownMemberships}
    where ${ownMemberships.tenantId} is distinct from ${sql.placeholder('tenantId')}::uuid and ${own} = any(${sql.placeholder('keys')})) as t`;

/** All there are, for administrators of the platform: the view shows nobody else anything. */
const allTenants = (key: SQL): SQL => sql`
  (select ${everyTenant.id}, ${everyTenant.name}, ${everyTenant.slug}, ${everyTenant.status}, ${everyTenant.createdAt}, ${everyTenant.version}, ${everyTenant.statusReason},
      ${everyTenant.deletedAt}, ${everyTenant.branding}, ${everyTenant.ownMembershipId} is not null as is_own
    from ${everyTenant}
    where ${key} = any(${sql.placeholder('keys')})) as t`;

const tenantsBy = (name: string, from: SQL) => statement<Tenant>(name, (db) => db.select(tenantColumns('t')).from(from).prepare(name));

/** Tenants by id: those a viewer may know of, or, for administrators of the platform, any. */
export const tenantsById = {
  known: tenantsBy('tenants by id', knownTenants(sql`${tenants.id}`, sql`${ownMemberships.tenantId}`)),
  all: tenantsBy('any tenants by id', allTenants(sql`${everyTenant.id}`)),
};
/** Tenants by slug, likewise. */
export const tenantsBySlug = {
  known: tenantsBy('tenants by slug', knownTenants(sql`${tenants.slug}`, sql`${ownMemberships.tenantSlug}`)),
  all: tenantsBy('any tenants by slug', allTenants(sql`${everyTenant.slug}`)),
};
