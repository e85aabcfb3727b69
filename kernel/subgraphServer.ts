import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { z } from 'zod';
import type { Log } from './log.ts';
import type { GraphRequest } from './request.ts';
import { contextHeader, verifyContext } from './signedContext.ts';
import type { Subgraph } from './subgraph.ts';

const operation = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish().transform((variables) => variables ?? undefined),
  operationName: z.string().nullish().transform((name) => name ?? undefined),
});

/** The gateway asks for whole pages of entities: more than a person may send, less than would hurt. */
const bodyBytesMax = 10 * 1_024 * 1_024;

export interface SubgraphServerOptions {
  readonly subgraph: Subgraph;
  readonly contextSecret: string;
  readonly ready: () => Promise<void>;
  /** What the gateway says to this subgraph beside asking the graph, by path, and what is answered; undefined is nothing. */
  readonly messages?: Readonly<Record<string, (message: unknown) => Promise<unknown>>>;
  readonly log: Log;
}

/**
 * Serves a subgraph over HTTP to the gateway and to nobody else: whatever comes without a context signed for this
 * subgraph and this body is answered 401. `/health` says that the process lives, `/ready` that it can work.
 */
export function subgraphServer(options: SubgraphServerOptions): FastifyInstance {
  const { subgraph, ready, messages = {}, log } = options;
  const secret = new TextEncoder().encode(options.contextSecret);
  const app = fastify({ bodyLimit: bodyBytesMax });
  // The signature covers the bytes as they came, so they are parsed only behind it.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body));

  /** Hands what the gateway sent, and nobody else, to `answer`. */
  const behindTheDoor = (answer: (request: GraphRequest, body: unknown, reply: FastifyReply) => Promise<unknown>) => async (incoming: FastifyRequest, reply: FastifyReply) => {
    const token = incoming.headers[contextHeader];
    const { body } = incoming;
    let request: GraphRequest;
    try {
      if (typeof token !== 'string' || !Buffer.isBuffer(body)) throw new Error('no signed context');
      request = await verifyContext(secret, subgraph.name, token, body);
    } catch {
      log.warn({ address: incoming.ip }, 'called without a valid context');
      return reply.code(401).send({ errors: [{ message: 'This is not a door: ask the gateway.', extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    try {
      return await answer(request, parseJson(body), reply);
    } finally {
      request.end();
    }
  };

  app.post('/graphql', behindTheDoor(async (request, body, reply) => {
    const parsed = operation.safeParse(body);
    if (!parsed.success) return reply.code(400).send({ errors: [{ message: 'The body is no GraphQL request.', extensions: { code: 'BAD_REQUEST' } }] });
    return subgraph.call(request, parsed.data);
  }));
  for (const [path, take] of Object.entries(messages)) {
    app.post(path, behindTheDoor(async (_, message, reply) => {
      const answer = await take(message);
      return answer === undefined ? reply.code(204).send() : answer;
    }));
  }

  app.get('/health', () => ({ status: 'ok' }));
  app.get('/ready', async (_, reply) => {
    try {
      await ready();
      return { status: 'ok' };
    } catch (error) {
      log.warn({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
  return app;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
