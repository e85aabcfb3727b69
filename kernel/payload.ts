import { Refusal } from './errors.ts';

/** A refusal as the graph shows it (`UserError`). */
export interface UserErrorOf<Code extends string> {
  readonly code: Code;
  readonly message: string;
  readonly path: readonly string[];
}

/** A mutation's payload: what it brings with an empty `errors`, or `errors` with what stands beside the refusal. */
type PayloadOf<Result, Code extends string> = (Result & { errors: [] }) | { errors: UserErrorOf<Code>[] };

/**
 * Makes the function that shapes the payloads of a subgraph, given the codes its SDL knows. It runs the act of a mutation and
 * answers what that brings, or the `Refusal` it throws as `errors`. Anything else it throws goes on as a fault.
 */
export function payloads<Code extends string>() {
  return async <Result extends object>(act: Promise<Result>): Promise<PayloadOf<Result, Code>> => {
    try {
      return { ...(await act), errors: [] };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...error.beside, errors: [{ code: error.code as Code, message: error.message, path: error.path }] }; // services of a subgraph refuse with the codes of its SDL
    }
  };
}
