import type { Clock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { demoPassword, demoPeople } from '@kith/kernel/demo.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { loadExampleOperations } from '@kith/schema/exampleOperations.ts';
import type { FastifyInstance } from 'fastify';
import { authentication } from './authentication.ts';
import { pages } from './pages.ts';
import type { GatewayOptions } from './server.ts';
import { gatewayServer } from './server.ts';
import type { VerificationKeys } from './verificationKeys.ts';

/** What differs between a gateway beside its subgraphs and one apart from them. */
export interface GatewayParts {
  readonly subgraphs: readonly Subgraph[];
  readonly keys: VerificationKeys;
  readonly readiness: GatewayOptions['readiness'];
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the gateway's server by the configuration. */
export async function configuredGateway(config: Config, parts: GatewayParts): Promise<FastifyInstance> {
  const { keys, clock } = parts;
  const convenient = config.NODE_ENV === 'production' ? 'off' : 'on';
  return gatewayServer({
    ...parts,
    authentication: authentication(keys, { issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE }, clock),
    subgraphTimeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    limits: { depthMax: config.DEPTH_MAX, aliasesMax: config.ALIASES_MAX, directivesMax: config.DIRECTIVES_MAX, tokensMax: config.TOKENS_MAX },
    bodyBytesMax: config.BODY_BYTES_MAX,
    corsOrigins: config.CORS_ORIGINS,
    trustedProxies: config.TRUSTED_PROXIES,
    introspection: (config.INTROSPECTION ?? convenient) === 'on',
    pages: (config.DEVELOPER_PAGES ?? convenient) === 'on' ? developerPages(config) : undefined,
  });
}

function developerPages(config: Config) {
  const people = demoPeople.map((person) => ({ ...person, password: demoPassword }));
  const [first] = people;
  const demo = config.DEMO === 'on' && first !== undefined ? { login: first.login, password: demoPassword, people } : null;
  return pages({ examples: loadExampleOperations(), demo });
}
