import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { makeLog } from '@kith/kernel/log.ts';
import type { TenantsParts, tenantsSettings } from '@kith/tenants/tenantsParts.ts';
import { tenantsParts } from '@kith/tenants/tenantsParts.ts';

/** Runs something of the tenants subgraph outside any server, with connections that end with it. What it logs goes to the standard error. */
export async function withTenants<Result>(config: Config<(typeof tenantsSettings)[number]>, clock: Clock, work: (parts: TenantsParts) => Promise<Result>): Promise<Result> {
  const database = configuredDatabase(config, 'tenants');
  try {
    return await work(tenantsParts(config, database, clock, makeLog({ name: 'kith-tenants', level: config.LOG_LEVEL, format: 'json', destination: process.stderr })));
  } finally {
    await database.close();
  }
}
