import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { runJobs } from '@kith/drizzle/jobRunner.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { relayRevocations } from '@kith/drizzle/revocationRelay.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { sessionsJobs } from './jobs.ts';
import { sessionsMessages } from './messages.ts';
import { sessionsParts, sessionsSettings } from './sessionsParts.ts';
import { sessionsSubgraph } from './sessionsSubgraph.ts';

// The sessions subgraph as a process of its own. It also publishes the keys that access tokens are checked with.
await runProcess('kith-sessions', ['CONTEXT_SECRET', ...sessionsSettings], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'sessions');
  shutdown.add('the database', () => database.close());
  const parts = await sessionsParts(config, database, systemClock);
  const jobs = await runJobs({ url: databaseUrlOf(config, 'worker'), jobs: [sessionsJobs(parts)], log });
  shutdown.add('the jobs', () => jobs.stop());
  if (config.REDIS_URL !== undefined) {
    const relay = relayRevocations({ url: databaseUrlOf(config, 'sessions'), redisUrl: config.REDIS_URL, log });
    shutdown.add('the relay of revocations', () => relay.stop());
  }
  const subgraph = sessionsSubgraph({ readsOf: requestReads(database), parts, log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), messages: sessionsMessages(parts), log });
  app.get('/.well-known/jwks.json', () => parts.keys.published());
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
