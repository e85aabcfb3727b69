import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { runJobs } from '@kith/drizzle/jobRunner.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { gamificationSubgraph } from './gamificationSubgraph.ts';
import { gamificationJobs } from './jobs.ts';

// The gamification subgraph as a process of its own.
await runProcess('kith-gamification', ['CONTEXT_SECRET'], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'gamification');
  shutdown.add('the database', () => database.close());
  const jobs = await runJobs({ url: databaseUrlOf(config, 'worker'), jobs: [gamificationJobs({ database, clock: systemClock })], log });
  shutdown.add('the jobs', () => jobs.stop());
  const subgraph = gamificationSubgraph({ readsOf: requestReads(database), log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), log });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
