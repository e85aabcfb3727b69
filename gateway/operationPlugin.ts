import type { ApolloServerPlugin } from '@apollo/server';
import { RequestError } from '@kith/kernel/errors.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { OperationDefinitionNode } from 'graphql';
import { OperationTypeNode } from 'graphql';
import type { GraphContext } from './graphContext.ts';
import { findingsMax } from './limits.ts';
import { findUnfitPageSize } from './pageSizes.ts';
import { asGraphQLError, shownCode, statusOf } from './shownErrors.ts';
import { unfitVariable } from './textChecks.ts';
import { takeValueCompletion } from './valueCompletion.ts';

/** After how many seconds to try again where a subgraph has too much to do: it says so without knowing for how long. */
const busySeconds = '5';

/**
 * What every operation goes through beside its execution: variables are checked before a subgraph is asked, faults are
 * logged, an answer without any data gets the status of its error, one line is logged, and the request ends.
 */
export function operationPlugin(log: Log): ApolloServerPlugin<GraphContext> {
  return {
    async requestDidStart({ contextValue }) {
      const startedAt = performance.now();
      const { request } = contextValue;
      return {
        async didResolveOperation({ document, operation, request: { variables = {} } }) {
          const problem = unfitOperation(operation) ?? unfitVariable(variables, 'variables') ?? findUnfitPageSize(document, variables);
          if (problem !== null) throw asGraphQLError(new RequestError('BAD_REQUEST', `${problem.charAt(0).toUpperCase()}${problem.slice(1)}`));
        },
        async didEncounterErrors({ errors }) {
          for (const error of errors) {
            // A subgraph has logged its own faults already; what is left is between it and us, and may be no GraphQL error at all.
            const { extensions }: { extensions?: Record<string, unknown> } = error;
            if (shownCode({ extensions }) === 'INTERNAL' && extensions?.['code'] !== 'INTERNAL') log.error({ err: error.originalError ?? error, requestId: request.requestId }, 'an operation failed');
          }
        },
        async willSendResponse({ response, operationName }) {
          const { requestId, viewer } = request;
          if (response.body.kind === 'single') {
            const { singleResult } = response.body;
            const unpromised = takeValueCompletion(singleResult).slice(0, findingsMax);
            if (unpromised.length > 0) {
              log.error({ requestId, findings: unpromised.map(({ message }) => message) }, 'a subgraph did not answer as the schema promises');
              singleResult.errors = [...(singleResult.errors ?? []), ...unpromised.map(({ shown }) => shown)];
            }
            const { data, errors } = singleResult;
            for (const error of errors ?? []) if (error.extensions?.['code'] === 'INTERNAL') error.extensions['requestId'] = requestId;
            const [first] = errors ?? [];
            const empty = Object.values(data ?? {}).every((value) => value === null);
            if (errors !== undefined && first !== undefined && empty) {
              response.http.status = statusOf(shownCode(first));
              if (response.http.status === 429 && !response.http.headers.has('retry-after')) response.http.headers.set('retry-after', busySeconds);
              // Of an answer that is nothing but errors, one for every parent of a list, the first few say it all.
              singleResult.errors = errors.slice(0, findingsMax);
            }
          }
          log.info({
            requestId,
            operation: operationName ?? null,
            userId: viewer.kind === 'person' ? viewer.userId : null,
            tenantId: viewer.kind === 'person' ? viewer.tenantId : null,
            status: response.http.status ?? 200,
            fetches: contextValue.fetches,
            ms: Math.round((performance.now() - startedAt) * 10) / 10,
          });
          request.end();
        },
      };
    },
    async unexpectedErrorProcessingRequest({ error, requestContext }) {
      log.error({ err: error, requestId: requestContext.contextValue.request.requestId }, 'a request failed unexpectedly');
      requestContext.contextValue.request.end();
    },
  };
}

/** Says why an operation cannot be run, or null: left to itself the gateway takes these for faults of its own. */
function unfitOperation(operation: OperationDefinitionNode | undefined): string | null {
  if (operation === undefined) return '`operationName` names no operation of the document, or names none of several.';
  return operation.operation === OperationTypeNode.SUBSCRIPTION ? 'subscriptions are not served here.' : null;
}
