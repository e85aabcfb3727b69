import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { tenantsSubgraph } from './tenantsSubgraph.ts';

// The tenants subgraph as a process of its own.
await runProcess('kith-tenants', ['CONTEXT_SECRET'], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'tenants');
  shutdown.add('the database', () => database.close());
  const subgraph = tenantsSubgraph({ readsOf: requestReads(database), log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), log });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
