import { tenants } from '@kith/drizzle/tables/tenants.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Tenant } from '../domain/tenant.ts';

/** What a tenant is made of, in a select from something called `of` whose columns are called `<prefix>id`, `<prefix>name` ... */
export function tenantColumns(of: string, prefix = '') {
  const column = (name: string): SQL => sql.raw(`${of}.${prefix}${name}`);
  return {
    id: sql<TenantId>`${column('id')}`,
    name: sql<string>`${column('name')}`,
    slug: sql<string>`${column('slug')}`,
    status: sql<Tenant['status']>`case when ${column('deleted_at')} is null then ${column('status')}::text else 'DELETED' end`,
    createdAt: sql`${column('created_at')}`.mapWith(tenants.createdAt),
    version: sql<number>`${column('version')}`,
    statusReason: sql<string | null>`${column('status_reason')}`,
    branding: sql<unknown>`${column('branding')}`,
    isOwn: sql<boolean>`${column('is_own')}`,
  };
}
