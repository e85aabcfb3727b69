import type { ApolloServerPlugin } from '@apollo/server';
import { RequestError } from '@kith/kernel/errors.ts';
import { addressIn } from '@kith/kernel/ipRanges.ts';
import { OperationTypeNode } from 'graphql';
import type { GraphContext } from './graphContext.ts';
import { rootFields } from './rates/rootFields.ts';
import { asGraphQLError } from './shownErrors.ts';

/** What may be done from anywhere: leaving, and going on elsewhere. The last two look at addresses themselves. */
const fromAnywhere = new Set(['sessionSignOut', 'sessionRefresh', 'sessionTenantSwitch']);

/**
 * Refuses FORBIDDEN to whoever acts in a tenant from an address it does not allow, before a subgraph is asked. The operation is known by
 * then, so that mutations of nothing but `fromAnywhere` pass.
 */
export const addressPlugin: ApolloServerPlugin<GraphContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ contextValue: { request, rules }, document, operation, request: { variables = {} } }) {
        if (operation === undefined || rules === null || addressIn(rules.allowedIpRanges, request.client.address)) return;
        const leaves = operation.operation === OperationTypeNode.MUTATION && rootFields(document, operation, variables).every(({ name }) => fromAnywhere.has(name));
        if (!leaves) throw asGraphQLError(new RequestError('FORBIDDEN', 'Your tenant does not allow access from this address.'));
      },
    };
  },
};
