import type { ApolloServerPlugin } from '@apollo/server';
import { RequestError } from '@kith/kernel/errors.ts';
import { OperationTypeNode } from 'graphql';
import type { GraphContext } from '../graphContext.ts';
import { asGraphQLError } from '../shownErrors.ts';
import type { Rates } from './rates.ts';
import { rootFields } from './rootFields.ts';

/** Counts what a mutation is about to do, before a subgraph is called for any of it. */
export function ratesPlugin(rates: Rates): ApolloServerPlugin<GraphContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue, document, operation, request: { variables = {} } }) {
          if (operation?.operation !== OperationTypeNode.MUTATION) return;
          try {
            await rates.countWrites(contextValue.request, rootFields(document, operation, variables), contextValue.rules);
          } catch (error) {
            throw error instanceof RequestError ? asGraphQLError(error) : error;
          }
        },
      };
    },
  };
}
