import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';

/** What the services of the tenants subgraph work with. */
export interface TenantsParts {
  readonly database: Database;
  readonly records: RecordKeys;
  /** Where people reach the product, for links in mails: never taken from a request. */
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** The settings those services need. */
export const tenantsSettings = [] as const;

/** Puts together what the services work with, by the configuration. */
export function tenantsParts(config: Config, database: Database, clock: Clock): TenantsParts {
  return { database, records: { secret: '' }, publicUrl: config.PUBLIC_URL ?? `http://localhost:${config.PORT}`, clock };
}
