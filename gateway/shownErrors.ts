import { HeaderMap } from '@apollo/server';
import type { RequestError, RequestErrorCode } from '@kith/kernel/errors.ts';
import { faultMessage, isRequestErrorCode } from '@kith/kernel/errors.ts';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { RateLimited } from './rates/rateLimited.ts';

/** What Apollo calls the mistakes of a caller, in our words. */
const callersMistakes: Record<string, RequestErrorCode> = {
  BAD_REQUEST: 'BAD_REQUEST',
  GRAPHQL_PARSE_FAILED: 'BAD_REQUEST',
  GRAPHQL_VALIDATION_FAILED: 'BAD_REQUEST',
  BAD_USER_INPUT: 'BAD_REQUEST',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_OPERATION_NOT_FOUND',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_OPERATION_NOT_FOUND',
};

/** The code an error is shown with: INTERNAL unless it is one of ours or plainly the caller's mistake. */
export function shownCode(error: { extensions?: Record<string, unknown> | undefined }): RequestErrorCode {
  const code = error.extensions?.['code'];
  if (typeof code !== 'string') return 'INTERNAL';
  return isRequestErrorCode(code) ? code : (callersMistakes[code] ?? 'INTERNAL');
}

/** A message may repeat what the caller wrote, which may be long. */
const messageLengthMax = 300;

/** An error as the caller sees it: a code of the closed list, where it happened, and nothing of the inside. */
export function shownError(error: GraphQLFormattedError): GraphQLFormattedError {
  const code = shownCode(error);
  const requestId = error.extensions?.['requestId'];
  const retryAfterSeconds = error.extensions?.['retryAfterSeconds'];
  return {
    message: code === 'INTERNAL' ? faultMessage : cut(error.message),
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: {
      code,
      ...(typeof requestId === 'string' ? { requestId } : {}),
      ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
    },
  };
}

function cut(message: string): string {
  return message.length > messageLengthMax ? `${message.slice(0, messageLengthMax)}...` : message;
}

/** A `RequestError` thrown before anything was executed, as Apollo Server passes it on with its HTTP status. */
export function asGraphQLError(error: RequestError): GraphQLError {
  const status = statusOf(error.code);
  if (!(error instanceof RateLimited)) return new GraphQLError(error.message, { extensions: { code: error.code, http: { status } } });
  const { retryAfterSeconds } = error;
  const headers = new HeaderMap([['retry-after', String(retryAfterSeconds)]]);
  return new GraphQLError(error.message, { extensions: { code: error.code, retryAfterSeconds, http: { status, headers } } });
}

/** The HTTP status of an answer that is nothing but errors, by its first code. */
export function statusOf(code: RequestErrorCode): number {
  switch (code) {
    case 'UNAUTHENTICATED':
      return 401;
    case 'FORBIDDEN':
      return 403;
    case 'RATE_LIMITED':
    case 'COST_LIMITED':
      return 429;
    case 'BAD_REQUEST':
    case 'PERSISTED_OPERATION_NOT_FOUND':
      return 400;
    case 'INTERNAL':
      return 500;
  }
}
