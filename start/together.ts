import type { DatabaseObservation } from '@kith/drizzle/configuredDatabase.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { gamificationSubgraph } from '@kith/gamification/gamificationSubgraph.ts';
import { configuredGateway } from '@kith/gateway/configuredGateway.ts';
import { keysFrom } from '@kith/gateway/verificationKeys.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { Shutdown } from '@kith/kernel/shutdown.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { sessionsSubgraph } from '@kith/sessions/sessionsSubgraph.ts';
import { signingInParts, type signingInSettings } from '@kith/sessions/signingInParts.ts';
import { tenantsSubgraph } from '@kith/tenants/tenantsSubgraph.ts';
import { usersSubgraph } from '@kith/users/usersSubgraph.ts';
import type { FastifyInstance } from 'fastify';

/** The settings the graph needs to run in one process. */
export type TogetherConfig = Config<(typeof signingInSettings)[number]>;

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

/**
 * Makes the whole graph in this process: the gateway calls the four subgraphs as functions, and all four read a request's
 * answer from one snapshot of the database. Not listening yet.
 */
export async function together(options: TogetherOptions): Promise<FastifyInstance> {
  const { config, clock, log, shutdown, observation = {}, around = (subgraph: Subgraph) => subgraph } = options;
  const reader = configuredDatabase(config, 'reader', observation);
  shutdown.add('the reading connections', () => reader.close());
  const sessionsWriter = configuredDatabase(config, 'sessions', observation);
  shutdown.add('the writing connections of sessions', () => sessionsWriter.close());

  const readsOf = requestReads(reader);
  const signingIn = await signingInParts(config, sessionsWriter, clock);
  const subgraphs = [
    usersSubgraph({ readsOf, log }),
    tenantsSubgraph({ readsOf, log }),
    sessionsSubgraph({ readsOf, signingIn, log }),
    gamificationSubgraph({ readsOf, log }),
  ];
  return configuredGateway(config, {
    subgraphs: subgraphs.map(around),
    keys: keysFrom(() => signingIn.keys.published(), clock),
    readiness: { database: () => reader.ping() },
    clock,
    log,
  });
}
