import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { requestReads } from '@kith/drizzle/requestReads.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { sessionsSubgraph } from './sessionsSubgraph.ts';
import { signingInParts, signingInSettings } from './signingInParts.ts';

// The sessions subgraph as a process of its own. It also publishes the keys that access tokens are checked with.
await runProcess('kith-sessions', ['CONTEXT_SECRET', ...signingInSettings], async ({ config, log, shutdown }) => {
  const database = configuredDatabase(config, 'sessions');
  shutdown.add('the database', () => database.close());
  const signingIn = await signingInParts(config, database, systemClock);
  const subgraph = sessionsSubgraph({ readsOf: requestReads(database), signingIn, log });
  const app = subgraphServer({ subgraph, contextSecret: config.CONTEXT_SECRET, ready: () => database.ping(), log });
  app.get('/.well-known/jwks.json', () => signingIn.keys.published());
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
