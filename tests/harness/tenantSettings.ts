import type postgres from 'postgres';
import type { TestDatabase } from './testDatabase.ts';

/** Gives a tenant rules in place of those it had, behind the graph's back. */
export async function setTenantSettings({ owner }: Pick<TestDatabase, 'owner'>, tenantId: string, settings: postgres.JSONValue): Promise<void> {
  await owner`
    insert into tenants.settings (tenant_id, settings, updated_at) values (${tenantId}, ${owner.json(settings)}, now())
    on conflict (tenant_id) do update set settings = excluded.settings, version = tenants.settings.version + 1, updated_at = now()`;
}
