import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { runJobs } from '@kith/drizzle/jobRunner.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { usersJobs } from './jobs.ts';
import { usersMessages } from './messages.ts';
import { usersParts, usersSettings } from './usersParts.ts';
import { usersSubgraph } from './usersSubgraph.ts';

// The users subgraph as a process of its own.
await runProcess('kith-users', ['CONTEXT_SECRET', ...usersSettings], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'users');
  shutdown.add('the database', () => database.close());
  const parts = await usersParts(config, database, systemClock);
  const jobs = await runJobs({ url: databaseUrlOf(config, 'worker'), jobs: [usersJobs(parts)], log });
  shutdown.add('the jobs', () => jobs.stop());
  const subgraph = usersSubgraph({ readsOf: requestReads(database), parts, log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), messages: usersMessages(parts, config), log });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
