import type { Config } from '@kith/kernel/config.ts';
import { databaseUrlOf } from './addresses.ts';
import { Database } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import type { DatabaseRole } from './roles.ts';

/** What tests look on with, or bend. */
export type DatabaseObservation = Pick<DatabaseOptions, 'onSent' | 'rewrite'>;

/** The database as a role of this process sees it, by the configuration. */
export function configuredDatabase(config: Config, role: DatabaseRole, observation: DatabaseObservation = {}): Database {
  return new Database({
    url: databaseUrlOf(config, role),
    applicationName: `kith-${role}`,
    connections: config.DATABASE_CONNECTIONS,
    waitMsMax: config.DATABASE_WAIT_MS,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    ...observation,
  });
}
