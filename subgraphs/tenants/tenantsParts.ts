import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';

/** What the services of the tenants subgraph work with. */
export interface TenantsParts {
  readonly database: Database;
  /** What the audit log is chained and signed with. */
  readonly records: RecordKeys;
  /** Where people reach the product, for links in mails: never taken from a request. */
  readonly publicUrl: string;
  /** Who may make tenants: anybody who has proven their address, or administrators of the platform alone. */
  readonly createdBy: 'anybody' | 'platform';
  readonly clock: Clock;
  readonly log: Log;
}

/** The settings those services need. */
export const tenantsSettings = ['RECORD_KEY'] as const;

/** Puts together what the services work with, by the configuration. */
export function tenantsParts(config: Config<(typeof tenantsSettings)[number]>, database: Database, clock: Clock, log: Log): TenantsParts {
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
  return { database, records: recordKeys(config.RECORD_KEY), publicUrl, createdBy: config.TENANTS_CREATED_BY, clock, log };
}
