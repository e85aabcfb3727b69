import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { gamificationSubgraph } from './gamificationSubgraph.ts';

// The gamification subgraph as a process of its own.
await runProcess('kith-gamification', ['CONTEXT_SECRET'], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'gamification');
  shutdown.add('the database', () => database.close());
  const subgraph = gamificationSubgraph({ readsOf: requestReads(database), log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), log });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
