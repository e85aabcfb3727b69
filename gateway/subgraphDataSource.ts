import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { within } from '@kith/kernel/deadline.ts';
import { faultMessage } from '@kith/kernel/errors.ts';
import { readGatewayNotes } from '@kith/kernel/gatewayNotes.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { Subgraph, SubgraphAnswer, SubgraphOperation } from '@kith/kernel/subgraph.ts';
import type { Authentication } from './authentication.ts';
import type { GraphContext } from './graphContext.ts';

export interface SubgraphDataSourceOptions {
  readonly subgraph: Subgraph;
  readonly timeoutMs: number;
  readonly authentication: Authentication;
  readonly log: Log;
}

/**
 * Asks a subgraph, in this process or another, within a deadline. One that fails is a masked error beside what the others
 * answer. When the answer says that somebody has signed in, the rest of the operation is asked on that person's behalf.
 */
export function subgraphDataSource({ subgraph, timeoutMs, authentication, log }: SubgraphDataSourceOptions): GraphQLDataSource<GraphContext> {
  const ask = async (graph: GraphContext, operation: SubgraphOperation): Promise<SubgraphAnswer> => {
    // Inside the promise, so that a subgraph that throws at once fails as one that throws later does.
    const answer = await within(timeoutMs, `subgraph ${subgraph.name}`, Promise.resolve().then(() => subgraph.call(graph.request, operation)));
    if ((answer.data ?? null) === null && answer.errors === undefined) throw new Error(`subgraph ${subgraph.name} answered neither data nor errors`);
    const { accessToken, refreshCookie } = readGatewayNotes(answer.extensions);
    if (accessToken !== undefined) graph.request = graph.request.as(await authentication.verify(accessToken));
    if (refreshCookie !== undefined) graph.setRefreshCookie(refreshCookie);
    return answer;
  };
  return {
    async process({ request, context }: GraphQLDataSourceProcessOptions<GraphContext>) {
      const graph = context as GraphContext; // the gateway probes subgraphs without one only when it composes by itself, which ours does not
      graph.fetches += 1;
      const { requestId } = graph.request;
      try {
        const { data, errors } = await ask(graph, { query: request.query ?? '', variables: request.variables, operationName: request.operationName });
        return { ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) };
      } catch (error) {
        log.error({ err: error, requestId, subgraph: subgraph.name }, 'a subgraph failed');
        return { errors: [{ message: faultMessage, extensions: { code: 'INTERNAL', requestId } }] };
      }
    },
  };
}
