import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { demoPassword, demoPeople } from '@kith/kernel/demo.ts';
import { servesDeveloperPages, servesMailbox } from '@kith/kernel/developerPages.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { FollowedRevocations } from '@kith/kernel/revocations.ts';
import type { MailboxSource } from '@kith/kernel/mailbox.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import type { FollowedTenantRules } from '@kith/kernel/tenantRules.ts';
import { loadExampleOperations } from '@kith/schema/exampleOperations.ts';
import type { FastifyInstance } from 'fastify';
import { authentication } from './authentication.ts';
import { configuredRates } from './configuredRates.ts';
import { pages } from './pages.ts';
import type { GatewayOptions } from './server.ts';
import { gatewayServer } from './server.ts';
import type { VerificationKeys } from './verificationKeys.ts';

/** What differs between a gateway beside its subgraphs and one apart from them. */
export interface GatewayParts {
  readonly subgraphs: readonly Subgraph[];
  readonly keys: VerificationKeys;
  readonly revocations: FollowedRevocations;
  readonly tenantRules: FollowedTenantRules;
  readonly sessionUse: GatewayOptions['sessionUse'];
  /** The mail that is kept, where none leaves. */
  readonly mailbox: MailboxSource;
  readonly readiness: GatewayOptions['readiness'];
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the gateway's server by the configuration. */
export async function configuredGateway(config: Config, parts: GatewayParts): Promise<FastifyInstance> {
  const { keys, revocations, tenantRules, clock, log } = parts;
  const convenient = config.NODE_ENV === 'production' ? 'off' : 'on';
  const { rates, close } = await configuredRates(config, clock, log);
  const app = await gatewayServer({
    ...parts,
    rates,
    readiness: { ...parts.readiness, revocations: async () => revocations.requireUp(), tenantRules: async () => tenantRules.requireUp() },
    authentication: authentication({ keys, parties: { issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE }, revocations, clock }),
    subgraphTimeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    limits: { depthMax: config.DEPTH_MAX, aliasesMax: config.ALIASES_MAX, directivesMax: config.DIRECTIVES_MAX, tokensMax: config.TOKENS_MAX },
    bodyBytesMax: config.BODY_BYTES_MAX,
    corsOrigins: config.CORS_ORIGINS,
    trustedProxies: config.TRUSTED_PROXIES,
    secureCookies: config.PUBLIC_URL?.startsWith('https:') ?? false,
    introspection: (config.INTROSPECTION ?? convenient) === 'on',
    pages: servesDeveloperPages(config) ? developerPages(config, parts.mailbox) : undefined,
  });
  app.addHook('onClose', close);
  return app;
}

function developerPages(config: Config, mailbox: MailboxSource) {
  const people = demoPeople.map((person) => ({ ...person, password: demoPassword }));
  const [first] = people;
  const demo = config.DEMO === 'on' && first !== undefined ? { login: first.login, password: demoPassword, people } : null;
  return pages({ examples: loadExampleOperations(), demo, mailbox: servesMailbox(config) ? mailbox : null });
}
