import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { UsersParts, usersSettings } from '@kith/users/usersParts.ts';
import { usersParts } from '@kith/users/usersParts.ts';

/** Runs something of the users subgraph outside any server, with connections that end with it. */
export async function withUsers<Result>(config: Config<(typeof usersSettings)[number]>, clock: Clock, work: (parts: UsersParts) => Promise<Result>): Promise<Result> {
  const database = configuredDatabase(config, 'users');
  try {
    return await work(await usersParts(config, database, clock));
  } finally {
    await database.close();
  }
}
