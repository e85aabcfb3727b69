import { followRevocations } from '@kith/drizzle/followingRevocations.ts';
import { followTenantRules } from '@kith/drizzle/followingTenantRules.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { runProcess } from '@kith/kernel/process.ts';
import { serve } from '@kith/kernel/serve.ts';
import { SessionUseLog } from '@kith/kernel/sessionUse.ts';
import { configuredGateway } from './configuredGateway.ts';
import { httpSubgraph, probeSubgraph } from './httpSubgraph.ts';
import { mailboxAt } from './mailboxAt.ts';
import { sendSessionUse } from './sendingSessionUse.ts';
import { keysAt } from './verificationKeys.ts';

/** How long `/ready` waits for each part. */
const probeTimeoutMs = 1_000;

// The gateway as a process of its own, before four subgraphs elsewhere.
await runProcess('kith-gateway', ['CONTEXT_SECRET', 'GATEWAY_DATABASE_URL', 'USERS_URL', 'TENANTS_URL', 'SESSIONS_URL', 'GAMIFICATION_URL'], async ({ config, log, shutdown }) => {
  const urls = { users: config.USERS_URL, tenants: config.TENANTS_URL, sessions: config.SESSIONS_URL, gamification: config.GAMIFICATION_URL };
  const sessionUse = new SessionUseLog({ clock: systemClock, write: sendSessionUse(config.SESSIONS_URL, config.CONTEXT_SECRET), log });
  shutdown.add('the use of sessions', () => sessionUse.stop());
  const app = await configuredGateway(config, {
    subgraphs: Object.entries(urls).map(([name, url]) => httpSubgraph({ name, url, contextSecret: config.CONTEXT_SECRET, timeoutMs: config.SUBGRAPH_TIMEOUT_MS })),
    keys: keysAt(config.SESSIONS_URL),
    revocations: await followRevocations({ config, url: config.GATEWAY_DATABASE_URL, clock: systemClock, log, shutdown }),
    tenantRules: await followTenantRules({ config, url: config.GATEWAY_DATABASE_URL, log, shutdown }),
    sessionUse,
    mailbox: mailboxAt(config.USERS_URL, config.CONTEXT_SECRET),
    readiness: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, () => probeSubgraph(url, probeTimeoutMs)])),
    clock: systemClock,
    log,
  });
  await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
});
