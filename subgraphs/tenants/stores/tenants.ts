import { statement } from '@kith/drizzle/connection.ts';
import { ownMemberships, tenants } from '@kith/drizzle/tables/tenants.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Tenant } from '../domain/tenant.ts';

/** The tenants a viewer may know of: the active one, and those they belong to. */
const knownTenants = (active: SQL, own: SQL): SQL => sql`
  (select ${tenants.id}, ${tenants.name}, ${tenants.slug}, ${tenants.status}, ${tenants.createdAt}
    from ${tenants}
    where ${tenants.id} = ${sql.placeholder('tenantId')}::uuid and ${active} = any(${sql.placeholder('keys')})
  union all
  select ${ownMemberships.tenantId}, ${ownMemberships.tenantName}, ${ownMemberships.tenantSlug}, ${ownMemberships.tenantStatus}, ${ownMemberships.tenantCreatedAt}
    from ${ownMemberships}
    where ${ownMemberships.tenantId} is distinct from ${sql.placeholder('tenantId')}::uuid and ${own} = any(${sql.placeholder('keys')})) as t`;

const tenantsBy = (name: string, active: SQL, own: SQL) =>
  statement<Tenant>(name, (db) =>
    db
      .select({
        id: sql<TenantId>`t.id`,
        name: sql<string>`t.name`,
        slug: sql<string>`t.slug`,
        status: sql<Tenant['status']>`t.status`,
        createdAt: sql`t.created_at`.mapWith(tenants.createdAt),
      })
      .from(knownTenants(active, own))
      .prepare(name),
  );

/** Tenants by id. */
export const tenantsById = tenantsBy('tenants by id', sql`${tenants.id}`, sql`${ownMemberships.tenantId}`);
/** Tenants by slug. */
export const tenantsBySlug = tenantsBy('tenants by slug', sql`${tenants.slug}`, sql`${ownMemberships.tenantSlug}`);
