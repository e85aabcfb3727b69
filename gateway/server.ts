import { isUtf8 } from 'node:buffer';
import { isIP } from 'node:net';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import compress from '@fastify/compress';
import cookies from '@fastify/cookie';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { RequestError } from '@kith/kernel/errors.ts';
import type { Client } from '@kith/kernel/request.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import type { SessionUseLog } from '@kith/kernel/sessionUse.ts';
import type { FollowedTenantRules } from '@kith/kernel/tenantRules.ts';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { v7 } from 'uuid';
import type { GraphContext } from './graphContext.ts';
import type { GraphOptions } from './graph.ts';
import { graph } from './graph.ts';
import { readRefreshCookie, writeRefreshCookie } from './refreshCookie.ts';
import { asGraphQLError } from './shownErrors.ts';
import type { VerificationKeys } from './verificationKeys.ts';

export interface GatewayOptions extends GraphOptions {
  readonly keys: VerificationKeys;
  readonly tenantRules: FollowedTenantRules;
  /** Where it is noted that a session is used. */
  readonly sessionUse: Pick<SessionUseLog, 'note'>;
  readonly bodyBytesMax: number;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  /** Whether people reach the gateway by https, so that cookies may insist on it. */
  readonly secureCookies: boolean;
  /** What `/ready` asks, by name: each check throws when its part cannot work. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
  /** The developer pages, when they are to be served. */
  readonly pages?: FastifyPluginAsync | undefined;
}

/** Makes the gateway's HTTP server: the graph on /graphql, public keys, health, and the developer pages. Not listening yet. */
export async function gatewayServer(options: GatewayOptions): Promise<FastifyInstance> {
  const { log, authentication } = options;
  const app = fastify({
    bodyLimit: options.bodyBytesMax,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    requestIdHeader: false,
    genReqId: ({ headers }) => acceptableId(headers['x-request-id']) ?? v7(),
    return503OnClosing: true,
  });
  app.addHook('onRequest', async (incoming, reply) => {
    void reply.header('x-request-id', incoming.id);
  });
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } } });
  await app.register(cors, { origin: [...options.corsOrigins], methods: ['GET', 'POST'], credentials: true, exposedHeaders: ['x-request-id', 'retry-after'], maxAge: 600 });
  await app.register(cookies);
  await app.register(compress, { threshold: 1_024 });
  parseJsonStrictly(app);
  shortErrors(app, log);

  const apollo = graph(options);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  const context = async (incoming: FastifyRequest, reply: FastifyReply): Promise<GraphContext> => {
    try {
      const viewer = await authentication.viewerOf(incoming.headers.authorization);
      const client = clientOf(incoming, options.secureCookies);
      const request = new GraphRequest({ viewer, requestId: incoming.id, client });
      const rules = viewer.kind === 'person' && viewer.tenantId !== null ? await options.tenantRules.rulesOf(viewer.tenantId) : null;
      await options.rates.countRequest(request, rules);
      if (viewer.kind === 'person') options.sessionUse.note(viewer.sessionId, client.address);
      const setRefreshCookie: GraphContext['setRefreshCookie'] = (cookie) => writeRefreshCookie(reply, cookie, options.secureCookies);
      return { request, rules, fetches: 0, setRefreshCookie };
    } catch (error) {
      if (error instanceof RequestError) throw asGraphQLError(error);
      log.error({ err: error, requestId: incoming.id }, 'authentication failed');
      throw error;
    }
  };
  app.route({ url: '/graphql', method: ['GET', 'POST'], handler: fastifyApolloHandler(apollo, { context }) });

  app.get('/.well-known/jwks.json', async (_, reply) => reply.header('cache-control', 'public, max-age=60').send(await options.keys.published()));
  app.get('/health', () => ({ status: 'ok' }));
  app.get('/ready', async (_, reply) => {
    const parts = await readinessOf(options.readiness);
    return reply.code(Object.values(parts).every(({ status }) => status === 'ok') ? 200 : 503).send({ parts });
  });
  if (options.pages !== undefined) await app.register(options.pages);
  return app;
}

/** What is known of the machine a request came from. Cut short: headers are as long as a caller likes. */
function clientOf(incoming: FastifyRequest, secureCookies: boolean): Client {
  const [address = ''] = incoming.ip.split('%');
  const header = (name: string): string | null => {
    const value = incoming.headers[name];
    return typeof value === 'string' ? value.slice(0, 500) : null;
  };
  return {
    // A proxy passes on what it was told; a database takes an address only, and one without the name of a network card.
    address: isIP(address) === 0 ? null : address,
    userAgent: header('user-agent'),
    acceptLanguage: header('accept-language'),
    acceptEncoding: header('accept-encoding'),
    refreshCookie: readRefreshCookie(incoming, secureCookies),
  };
}

function acceptableId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[\w.-]{1,100}$/.test(header) ? header : null;
}

/** JSON has to be UTF-8 (RFC 8259), and keys that reach for a prototype are refused. */
function parseJsonStrictly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) {
      done(new RequestError('BAD_REQUEST', 'The body is not UTF-8.'), undefined);
      return;
    }
    void parse(request, body.toString('utf8'), done);
  });
}

/** Whatever fails before the graph is reached answers in the graph's own form, short and without the inside. */
function shortErrors(app: FastifyInstance, log: GatewayOptions['log']): void {
  const answer = (message: string, code: string) => ({ errors: [{ message, extensions: { code } }] });
  app.setNotFoundHandler((_, reply) => reply.code(404).send(answer('There is nothing here. The graph is at /graphql.', 'BAD_REQUEST')));
  app.setErrorHandler((error: Error & { statusCode?: number }, incoming, reply) => {
    if (error instanceof RequestError) return reply.code(400).send(answer(error.message, error.code));
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(answer(error.message, 'BAD_REQUEST'));
    log.error({ err: error, requestId: incoming.id }, 'a request failed');
    return reply.code(status).send({ errors: [{ message: 'Something went wrong here.', extensions: { code: 'INTERNAL', requestId: incoming.id } }] });
  });
}

async function readinessOf(checks: GatewayOptions['readiness']): Promise<Record<string, { status: 'ok' | 'unavailable'; ms: number }>> {
  const parts = Object.entries(checks).map(async ([name, check]) => {
    const startedAt = performance.now();
    const status = await check().then(() => 'ok' as const, () => 'unavailable' as const);
    return [name, { status, ms: Math.round(performance.now() - startedAt) }] as const;
  });
  return Object.fromEntries(await Promise.all(parts));
}
