import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { configuredGateway } from './configuredGateway.ts';
import { httpSubgraph, probeSubgraph } from './httpSubgraph.ts';
import { keysAt } from './verificationKeys.ts';

/** How long `/ready` waits for each part. */
const probeTimeoutMs = 1_000;

// The gateway as a process of its own, before four subgraphs elsewhere.
await runProcess('kith-gateway', ['CONTEXT_SECRET', 'USERS_URL', 'TENANTS_URL', 'SESSIONS_URL', 'GAMIFICATION_URL'], async ({ config, log, shutdown }) => {
  const urls = { users: config.USERS_URL, tenants: config.TENANTS_URL, sessions: config.SESSIONS_URL, gamification: config.GAMIFICATION_URL };
  const app = await configuredGateway(config, {
    subgraphs: Object.entries(urls).map(([name, url]) => httpSubgraph({ name, url, contextSecret: config.CONTEXT_SECRET, timeoutMs: config.SUBGRAPH_TIMEOUT_MS })),
    keys: keysAt(config.SESSIONS_URL),
    readiness: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, () => probeSubgraph(url, probeTimeoutMs)])),
    clock: systemClock,
    log,
  });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
