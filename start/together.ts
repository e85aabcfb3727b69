import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import type { DatabaseObservation } from '@kith/drizzle/configuredDatabase.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { runJobs } from '@kith/drizzle/jobRunner.ts';
import { followRevocations } from '@kith/drizzle/followingRevocations.ts';
import { followTenantRules } from '@kith/drizzle/followingTenantRules.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { relayRevocations } from '@kith/drizzle/revocationRelay.ts';
import type { DatabaseRole } from '@kith/drizzle/roles.ts';
import { gamificationSubgraph } from '@kith/gamification/gamificationSubgraph.ts';
import { gamificationJobs } from '@kith/gamification/jobs.ts';
import { configuredGateway } from '@kith/gateway/configuredGateway.ts';
import { keysFrom } from '@kith/gateway/verificationKeys.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { Log } from '@kith/kernel/log.ts';
import { SessionUseLog } from '@kith/kernel/sessionUse.ts';
import type { Shutdown } from '@kith/kernel/shutdown.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { sessionsJobs } from '@kith/sessions/jobs.ts';
import { noteUseOfSessions } from '@kith/sessions/services/notingUse.ts';
import type { sessionsSettings } from '@kith/sessions/sessionsParts.ts';
import { sessionsParts } from '@kith/sessions/sessionsParts.ts';
import { sessionsSubgraph } from '@kith/sessions/sessionsSubgraph.ts';
import { tenantsJobs } from '@kith/tenants/jobs.ts';
import type { tenantsSettings } from '@kith/tenants/tenantsParts.ts';
import { tenantsParts } from '@kith/tenants/tenantsParts.ts';
import { tenantsSubgraph } from '@kith/tenants/tenantsSubgraph.ts';
import { usersJobs } from '@kith/users/jobs.ts';
import { mailboxOf } from '@kith/users/services/showingMails.ts';
import type { usersSettings } from '@kith/users/usersParts.ts';
import { usersParts } from '@kith/users/usersParts.ts';
import { usersSubgraph } from '@kith/users/usersSubgraph.ts';
import type { FastifyInstance } from 'fastify';

/** The settings the graph needs to run in one process. */
export type TogetherConfig = Config<(typeof sessionsSettings)[number] | (typeof usersSettings)[number] | (typeof tenantsSettings)[number]>;

export interface TogetherOptions {
  readonly config: TogetherConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** For tests: what is sent to the database, and what of it is changed on its way. */
  readonly observation?: DatabaseObservation;
  /** For tests: a look at each subgraph, or another in its place. */
  readonly around?: (subgraph: Subgraph) => Subgraph;
}

/** As many jobs as need one at the same time get one; the rest wait their turn without holding up anybody. */
const connectionsForJobs = 2;

/**
 * Makes the whole graph in this process: the gateway calls the four subgraphs as functions, and all four read a request's
 * answer from one snapshot of the database. Not listening yet.
 */
export async function together(options: TogetherOptions): Promise<FastifyInstance> {
  const { config, clock, log, shutdown, observation = {}, around = (subgraph: Subgraph) => subgraph } = options;
  const open = (role: DatabaseRole): Database => {
    const database = configuredDatabase(config, role, observation);
    shutdown.add(`the connections of ${role}`, () => database.close());
    return database;
  };
  const reader = open('reader');
  const readsOf = requestReads(reader);
  const users = await usersParts(config, open('users'), clock);
  const tenants = tenantsParts(config, open('tenants'), clock, log);
  const sessions = await sessionsParts(config, open('sessions'), clock);

  // Jobs have connections of their own: a request never waits for one that a job holds.
  const openForJobs = (role: DatabaseRole): Database => {
    const database = configuredDatabase({ ...config, DATABASE_CONNECTIONS: connectionsForJobs }, role);
    shutdown.add(`the connections of ${role} for jobs`, () => database.close());
    return database;
  };
  const sessionsBehind = { ...sessions, database: openForJobs('sessions') };
  const jobs = await runJobs({
    url: databaseUrlOf(config, 'worker'),
    jobs: [
      usersJobs({ ...users, database: openForJobs('users') }),
      tenantsJobs({ ...tenants, database: openForJobs('tenants') }),
      sessionsJobs(sessionsBehind),
      gamificationJobs({ database: openForJobs('gamification'), clock }),
    ],
    log,
  });
  shutdown.add('the jobs', () => jobs.stop());
  const sessionUse = new SessionUseLog({ clock, write: (uses) => noteUseOfSessions(sessionsBehind, uses), log });
  shutdown.add('the use of sessions', () => sessionUse.stop());
  if (config.REDIS_URL !== undefined) {
    const relay = relayRevocations({ url: databaseUrlOf(config, 'sessions'), redisUrl: config.REDIS_URL, log });
    shutdown.add('the relay of revocations', () => relay.stop());
  }
  const subgraphs = [
    usersSubgraph({ readsOf, parts: users, log }),
    tenantsSubgraph({ readsOf, parts: tenants, log }),
    sessionsSubgraph({ readsOf, parts: sessions, log }),
    gamificationSubgraph({ readsOf, log }),
  ];
  return configuredGateway(config, {
    subgraphs: subgraphs.map(around),
    keys: keysFrom(() => sessions.keys.published(), clock),
    revocations: await followRevocations({ config, url: databaseUrlOf(config, 'gateway'), clock, log, shutdown }),
    tenantRules: await followTenantRules({ config, url: databaseUrlOf(config, 'gateway'), log, shutdown }),
    sessionUse,
    mailbox: mailboxOf(users.database),
    readiness: { database: () => reader.ping() },
    clock,
    log,
  });
}
