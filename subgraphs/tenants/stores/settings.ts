import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { settings } from '@kith/drizzle/tables/tenants.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import type { TenantSettings } from '@kith/kernel/tenantSettings.ts';
import { eq, sql } from 'drizzle-orm';
import type { KeptSettings } from '../domain/settings.ts';

const columns = { tenantId: settings.tenantId, settings: settings.settings, version: settings.version, updatedAt: settings.updatedAt };

/** The rules of tenants, of the active one only. */
export const settingsOfTenants = statement<KeptSettings>('settings of tenants', (db) =>
  db.select(columns).from(settings).where(sql`${settings.tenantId} = ${sql.placeholder('tenantId')}::uuid and ${settings.tenantId} = any(${sql.placeholder('ids')}::uuid[])`).prepare('settings_of_tenants'),
);

/** The rules of the tenant of the scope, held until the transaction ends; made when there are none. */
export async function holdSettings(tx: Transaction, tenantId: TenantId, at: Date): Promise<KeptSettings> {
  await tx.insert(settings).values({ tenantId, settings: {}, updatedAt: at }).onConflictDoNothing();
  const [row] = await tx.select(columns).from(settings).where(eq(settings.tenantId, tenantId)).for('update');
  if (row === undefined) throw new Error(`tenant ${tenantId} has no settings`);
  return row;
}

/** Writes all the rules of the tenant of the scope. What this version does not know stays beside them. */
export async function writeSettings(tx: Transaction, tenantId: TenantId, changed: TenantSettings, at: Date): Promise<void> {
  await tx
    .update(settings)
    .set({ settings: sql`${settings.settings} || ${JSON.stringify(changed)}::jsonb`, version: sql`${settings.version} + 1`, updatedAt: at })
    .where(eq(settings.tenantId, tenantId));
}
