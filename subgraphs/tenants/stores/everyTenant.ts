import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { everyTenant } from '@kith/drizzle/tables/tenants.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { TenantStatus } from '../domain/tenant.ts';
import type { ListedTenant } from '../domain/tenantCursor.ts';
import { tenantColumns } from './tenantColumns.ts';

/** Which tenants are listed, and whether a text is looked for: each combination is a statement of its own, with its own plan. */
export type TenantsVariant = `${TenantStatus | 'KEPT'}${'' | ' search'}`;

const order: SortOrder = {
  keys: [
    { column: sql`${everyTenant.createdAt}`, type: 'timestamptz' },
    { column: sql`${everyTenant.id}`, type: 'uuid' },
  ],
  descending: true,
};

const standing: Record<TenantStatus | 'KEPT', SQL> = {
  KEPT: sql`${everyTenant.deletedAt} is null`,
  ACTIVE: sql`${everyTenant.status} = 'ACTIVE'`,
  SUSPENDED: sql`${everyTenant.status} = 'SUSPENDED' and ${everyTenant.deletedAt} is null`,
  DELETED: sql`${everyTenant.deletedAt} is not null`,
};

function listed(variant: TenantsVariant): SQL {
  const [status, search] = variant.split(' ') as [TenantStatus | 'KEPT', string?]; // as the type is put together
  const pattern = sql`lower(${sql.placeholder('pattern')}::text)`;
  return search === undefined ? standing[status] : sql`${standing[status]} and (lower(${everyTenant.name}) like ${pattern} or ${everyTenant.slug} like ${pattern})`;
}

/** A page of all tenants, the youngest first. */
export const everyTenantPage = pagedStatement<ListedTenant, TenantsVariant>('every tenant', (db, page, variant = 'KEPT') => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  return db
    .select({ tenant: tenantColumns('t') })
    .from(
      sql`(select ${everyTenant.id}, ${everyTenant.name}, ${everyTenant.slug}, ${everyTenant.status}, ${everyTenant.createdAt}, ${everyTenant.version}, ${everyTenant.statusReason},
        ${everyTenant.deletedAt}, ${everyTenant.branding}, ${everyTenant.ownMembershipId} is not null as is_own
        from ${everyTenant} where ${listed(variant)} and ${beyond} order by ${orderBy} limit ${limit}) as t`,
    )
    .prepare('every_tenant');
});

const counts = new Map<TenantsVariant, ReturnType<typeof countOf>>();
const countOf = (variant: TenantsVariant) =>
  statement<{ count: number }>('every tenant count', (db) => db.select({ count: sql<number>`count(*)::int` }).from(everyTenant).where(listed(variant)).prepare('every_tenant_count'));

/** How many tenants such a list has. */
export function everyTenantCount(variant: TenantsVariant): ReturnType<typeof countOf> {
  const known = counts.get(variant) ?? countOf(variant);
  counts.set(variant, known);
  return known;
}
