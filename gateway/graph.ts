import './noCallsHome.ts';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { Log } from '@kith/kernel/log.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import type { Authentication } from './authentication.ts';
import type { GraphContext } from './graphContext.ts';
import type { Limits } from './limits.ts';
import { findingsMax, limitRules } from './limits.ts';
import { addressPlugin } from './addressPlugin.ts';
import { operationPlugin } from './operationPlugin.ts';
import type { Rates } from './rates/rates.ts';
import { ratesPlugin } from './rates/ratesPlugin.ts';
import { shownError } from './shownErrors.ts';
import { subgraphDataSource } from './subgraphDataSource.ts';

export interface GraphOptions {
  readonly subgraphs: readonly Subgraph[];
  readonly subgraphTimeoutMs: number;
  readonly authentication: Authentication;
  readonly limits: Limits;
  readonly rates: Rates;
  readonly introspection: boolean;
  readonly log: Log;
}

/** Makes the graph: the committed supergraph, planned by Apollo's gateway, asked through Apollo Server. Call `start` before use. */
export function graph(options: GraphOptions): ApolloServer<GraphContext> {
  const { subgraphs, subgraphTimeoutMs: timeoutMs, authentication, limits, rates, introspection, log } = options;
  const gateway = new ApolloGateway({
    supergraphSdl: supergraphSdl(),
    buildService: ({ name }) => {
      const subgraph = subgraphs.find((candidate) => candidate.name === name);
      if (subgraph === undefined) throw new Error(`the supergraph names a subgraph "${name}" that is not there`);
      return subgraphDataSource({ subgraph, timeoutMs, authentication, log });
    },
    logger: quiet(log),
    // Otherwise a header shows anybody how the graph is cut, unless NODE_ENV happens to say production.
    __exposeQueryPlanExperimental: false,
  });
  return new ApolloServer<GraphContext>({
    gateway,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokensMax },
    validationRules: limitRules(limits),
    validationOptions: { maxErrors: findingsMax },
    formatError: shownError,
    plugins: [ApolloServerPluginLandingPageDisabled(), operationPlugin(log), addressPlugin, ratesPlugin(rates)],
    logger: quiet(log),
  });
}

/** Apollo's own messages are for those who look for them; its warnings are not. */
function quiet(log: Log) {
  const own = log.child({ part: 'apollo' });
  return { debug: own.trace.bind(own), info: own.debug.bind(own), warn: own.warn.bind(own), error: own.error.bind(own) };
}
