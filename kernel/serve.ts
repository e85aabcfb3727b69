import type { FastifyInstance } from 'fastify';
import type { Log } from './log.ts';
import type { Shutdown } from './shutdown.ts';

/** What a process tells the one that started it, once it can be asked. */
export interface Listening {
  readonly listening: number;
}

/**
 * Listens, and answers the port. A process that was started by another one says so over its channel, and stops when that
 * channel closes: no part of the graph outlives the one that started it.
 */
export async function serve(app: FastifyInstance, options: { host: string; port: number; shutdown: Shutdown; log: Log }): Promise<number> {
  const { host, shutdown, log } = options;
  await app.listen({ host, port: options.port });
  shutdown.add('the server', () => app.close());
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  if (process.send !== undefined) {
    process.send({ listening: port } satisfies Listening);
    const end = (): void => void shutdown.run(log).then(() => process.exit(0));
    process.once('disconnect', end);
    // A process may serve and stop more than once, as the tests' does.
    shutdown.add('the watch over the parent', async () => void process.off('disconnect', end));
  }
  log.info({ host, port }, 'listening');
  return port;
}
