import type { Database } from '@kith/drizzle/database.ts';
import type { DatabaseObservation } from '@kith/drizzle/configuredDatabase.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Consumer } from '@kith/drizzle/consumer.ts';
import type { GamificationParts } from '@kith/gamification/gamificationParts.ts';
import { gamificationJobs } from '@kith/gamification/jobs.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { tenantsJobs } from '@kith/tenants/jobs.ts';
import type { TenantsParts } from '@kith/tenants/tenantsParts.ts';
import { tenantsParts, tenantsSettings } from '@kith/tenants/tenantsParts.ts';
import { usersJobs } from '@kith/users/jobs.ts';
import type { UsersParts } from '@kith/users/usersParts.ts';
import { usersParts, usersSettings } from '@kith/users/usersParts.ts';
import { testEnvironment } from './settings.ts';
import type { TestDatabase } from './testDatabase.ts';

/** The insides of a graph whose jobs nobody runs but the test. */
export interface TestParts {
  readonly users: UsersParts;
  readonly tenants: TenantsParts;
  readonly gamification: GamificationParts;
  readonly consumers: readonly Consumer[];
  close(): Promise<void>;
}

/** Puts the insides of a graph together on a database. */
export async function testParts(database: TestDatabase, clock: Clock, observation: DatabaseObservation = {}): Promise<TestParts> {
  const config = parseConfig(testEnvironment(database.url), [...usersSettings, ...tenantsSettings]);
  const [forUsers, forTenants, forGamification] = (['users', 'tenants', 'gamification'] as const).map((role) => configuredDatabase(config, role, observation)) as [Database, Database, Database]; // three in, three out
  const users = await usersParts(config, forUsers, clock);
  const tenants = tenantsParts(config, forTenants, clock, makeLog({ name: 'tests', level: 'silent', format: 'json' }));
  const gamification = { database: forGamification, clock };
  return {
    users,
    tenants,
    gamification,
    consumers: [...usersJobs(users).consumers, ...tenantsJobs(tenants).consumers, ...gamificationJobs(gamification).consumers],
    close: async () => {
      await Promise.all([forUsers.close(), forTenants.close(), forGamification.close()]);
    },
  };
}
