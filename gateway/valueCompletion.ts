import { faultMessage } from '@kith/kernel/errors.ts';
import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';

const findings = z.array(z.looseObject({ message: z.string(), path: z.array(z.union([z.string(), z.number()])).optional() }));

/** A place where a subgraph's answer was not what the schema promises. */
export interface CompletionFinding {
  /** For the log. */
  readonly message: string;
  /** For the caller. */
  readonly shown: GraphQLFormattedError;
}

/**
 * Takes the extension out of an answer in which Apollo's gateway tells, and only there, where it put null for what a subgraph
 * did not answer as the schema promises. To a caller these are faults like others, so they belong among the errors.
 */
export function takeValueCompletion(result: { extensions?: Record<string, unknown> }): CompletionFinding[] {
  if (result.extensions === undefined) return [];
  const { valueCompletion, ...others } = result.extensions;
  if (valueCompletion === undefined) return [];
  if (Object.keys(others).length > 0) result.extensions = others;
  else delete result.extensions;
  const found = findings.safeParse(valueCompletion).data ?? [];
  return found.map(({ message, path }) => ({ message, shown: { message: faultMessage, ...(path === undefined ? {} : { path }), extensions: { code: 'INTERNAL' } } }));
}
