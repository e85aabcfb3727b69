import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import type { DatabaseRole } from '@kith/drizzle/roles.ts';
import { gamificationSubgraph } from '@kith/gamification/gamificationSubgraph.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { serve } from '@kith/kernel/serve.ts';
import { Shutdown } from '@kith/kernel/shutdown.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import type { SubgraphName } from '@kith/schema/subgraphNames.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { sessionsSubgraph } from '@kith/sessions/sessionsSubgraph.ts';
import { sessionsParts, sessionsSettings } from '@kith/sessions/sessionsParts.ts';
import { tenantsParts } from '@kith/tenants/tenantsParts.ts';
import { tenantsSubgraph } from '@kith/tenants/tenantsSubgraph.ts';
import { usersParts, usersSettings } from '@kith/users/usersParts.ts';
import { usersSubgraph } from '@kith/users/usersSubgraph.ts';
import { contextSecret, testEnvironment } from '../harness/settings.ts';

/** The four subgraphs, each behind its own server as when the graph runs apart. */
export interface SubgraphServers {
  readonly urls: Readonly<Record<SubgraphName, string>>;
  stop(): Promise<void>;
}

/** Serves the four subgraphs of a database over HTTP. */
export async function startSubgraphServers(databaseUrl: string): Promise<SubgraphServers> {
  const config = parseConfig(testEnvironment(databaseUrl), [...usersSettings, ...sessionsSettings]);
  const log = makeLog({ name: 'kith-tests', level: config.LOG_LEVEL, format: 'json' });
  const shutdown = new Shutdown();
  const openDatabase = (role: DatabaseRole) => {
    const database = configuredDatabase(config, role);
    shutdown.add(`the connections of ${role}`, () => database.close());
    return database;
  };
  const [users, tenants, sessions] = [openDatabase('users'), openDatabase('tenants'), openDatabase('sessions')];
  const subgraphs: Record<SubgraphName, Subgraph> = {
    users: usersSubgraph({ readsOf: requestReads(users), parts: await usersParts(config, users, systemClock), log }),
    tenants: tenantsSubgraph({ readsOf: requestReads(tenants), parts: tenantsParts(config, tenants, systemClock, log), log }),
    sessions: sessionsSubgraph({ readsOf: requestReads(sessions), parts: await sessionsParts(config, sessions, systemClock), log }),
    gamification: gamificationSubgraph({ readsOf: requestReads(openDatabase('gamification')), log }),
  };
  const started = await Promise.all(
    subgraphNames.map(async (name) => {
      const app = subgraphServer({ subgraph: subgraphs[name], contextSecret, ready: async () => {}, log });
      return [name, `http://127.0.0.1:${await serve(app, { host: '127.0.0.1', port: 0, shutdown, log })}`] as const;
    }),
  );
  return { urls: Object.fromEntries(started) as Record<SubgraphName, string>, stop: () => shutdown.run(log) }; // one for each name
}
