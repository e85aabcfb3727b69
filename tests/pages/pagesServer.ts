import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import { pages, type PagesOptions } from '@kith/gateway/pages.ts';
import fastify, { type FastifyInstance } from 'fastify';
import { sampleDemo, sampleExamples, sampleGraph, type SampleGraph } from './sampleGraph.ts';

/** The developer pages on a real port, over the sample graph. */
export interface PagesServer {
  server: FastifyInstance;
  url: string;
  graph: SampleGraph;
  close(): Promise<void>;
}

interface GraphBody {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** Starts the pages. `port` 0 takes a free one. */
export async function pagesServer(options: Partial<PagesOptions> = {}, port = 0): Promise<PagesServer> {
  const graph = sampleGraph();
  const server = fastify();
  // As in gateway/server.ts: the pages have to get their own policies past helmet, and their files past compress.
  await server.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } } });
  await server.register(compress, { threshold: 1_024 });
  server.post<{ Body: GraphBody }>('/graphql', (request) => graph.run(request.body, request.headers.authorization ?? null));
  await server.register(pages({ examples: sampleExamples, demo: sampleDemo, ...options }));
  const url = await server.listen({ port, host: '127.0.0.1' });
  return { server, url, graph, close: () => server.close() };
}
