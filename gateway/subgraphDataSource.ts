import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { adoptedToken } from '@kith/kernel/adoption.ts';
import { within } from '@kith/kernel/deadline.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import type { Authentication } from './authentication.ts';
import type { GraphContext } from './graphContext.ts';

/**
 * Asks a subgraph, in this process or another, within a deadline. When the answer says that somebody has signed in,
 * the rest of the operation is asked on that person's behalf.
 */
export function subgraphDataSource(options: { subgraph: Subgraph; timeoutMs: number; authentication: Authentication }): GraphQLDataSource<GraphContext> {
  const { subgraph, timeoutMs, authentication } = options;
  return {
    async process({ request, context }: GraphQLDataSourceProcessOptions<GraphContext>) {
      const graph = context as GraphContext; // the gateway probes subgraphs without one only when it composes by itself, which ours does not
      graph.fetches += 1;
      const operation = { query: request.query ?? '', variables: request.variables, operationName: request.operationName };
      const answer = await within(timeoutMs, `subgraph ${subgraph.name}`, subgraph.call(graph.request, operation));
      const token = adoptedToken(answer.extensions);
      if (token !== null) graph.request = graph.request.as(await authentication.verify(token));
      return { ...(answer.data === undefined ? {} : { data: answer.data }), ...(answer.errors ? { errors: answer.errors } : {}) };
    },
  };
}
