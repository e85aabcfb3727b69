import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { runJobs } from '@kith/drizzle/jobRunner.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { tenantsJobs } from './jobs.ts';
import { tenantsParts, tenantsSettings } from './tenantsParts.ts';
import { tenantsSubgraph } from './tenantsSubgraph.ts';

// The tenants subgraph as a process of its own.
await runProcess('kith-tenants', ['CONTEXT_SECRET', ...tenantsSettings], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'tenants');
  shutdown.add('the database', () => database.close());
  const parts = tenantsParts(config, database, systemClock, log);
  const jobs = await runJobs({ url: databaseUrlOf(config, 'worker'), jobs: [tenantsJobs(parts)], log });
  shutdown.add('the jobs', () => jobs.stop());
  const subgraph = tenantsSubgraph({ readsOf: requestReads(database), parts, log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), log });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
