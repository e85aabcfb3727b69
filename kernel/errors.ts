/** The closed list of codes a top-level GraphQL error can carry. Each stands in schema/README.md with cause and remedy. */
export const requestErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_REQUEST',
  'RATE_LIMITED',
  'COST_LIMITED',
  'PERSISTED_OPERATION_NOT_FOUND',
  'INTERNAL',
] as const;

/** One of `requestErrorCodes`. */
export type RequestErrorCode = (typeof requestErrorCodes)[number];

/** Whether a code from elsewhere is one of ours, and so may be shown. */
export function isRequestErrorCode(code: unknown): code is RequestErrorCode {
  return requestErrorCodes.some((known) => known === code);
}

/**
 * A request that cannot be answered, for a reason the caller may know. The message is shown to the caller: it must
 * hold nothing from inside. Everything else that is thrown is a fault: masked, logged and counted.
 */
export class RequestError extends Error {
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

/** All that a caller is told about a fault; the request id beside it leads to the log. */
export const faultMessage = 'Something went wrong here. Quote the request id when you report it.';

/**
 * The expected "no" of a mutation, answered in its payload's `errors`. `path` names the argument at fault,
 * such as `['input', 'login']`; it is empty when no single one is. `beside` is what the payload brings all the same, such as
 * the present state of what somebody else has changed in the meantime.
 */
export class Refusal<Code extends string = string> extends Error {
  readonly code: Code;
  readonly path: readonly string[];
  readonly beside: object;

  constructor(code: Code, message: string, path: readonly string[] = [], beside: object = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.path = path;
    this.beside = beside;
  }
}
