import type { Config } from '@kith/kernel/config.ts';
import { ConfigurationError } from '@kith/kernel/config.ts';
import type { DatabaseRole } from './roles.ts';
import { roleUrl } from './roles.ts';

const settingOf = {
  users: 'USERS_DATABASE_URL',
  tenants: 'TENANTS_DATABASE_URL',
  sessions: 'SESSIONS_DATABASE_URL',
  gamification: 'GAMIFICATION_DATABASE_URL',
  reader: 'READER_DATABASE_URL',
  worker: 'WORKER_DATABASE_URL',
  gateway: 'GATEWAY_DATABASE_URL',
} as const;

/**
 * The address a role connects with: its own setting, or else the owner's address with the role's derived password.
 * Refuses with a `ConfigurationError` when neither is set.
 */
export function databaseUrlOf(config: Config, role: DatabaseRole): string {
  const own = config[settingOf[role]];
  if (own !== undefined) return own;
  if (config.DATABASE_URL === undefined || config.DATABASE_ROLE_SECRET === undefined) {
    throw new ConfigurationError([`${settingOf[role]}: is not set, and neither are both DATABASE_URL and DATABASE_ROLE_SECRET to derive it from`]);
  }
  return roleUrl(config.DATABASE_URL, config.DATABASE_ROLE_SECRET, role);
}
