import { pageSizeMax } from '@kith/kernel/page.ts';
import type { ArgumentNode, DocumentNode } from 'graphql';
import { Kind, visit } from 'graphql';

const sizeArguments = new Set(['first', 'last']);

/**
 * Looks for a `first` or `last` that no list takes, before any subgraph is asked: each would refuse it, but once for every
 * parent of the list. Answers what is wrong, or null.
 */
export function findUnfitPageSize(document: DocumentNode, variables: Record<string, unknown>): string | null {
  let problem: string | null = null;
  const check = ({ name, value }: ArgumentNode): void => {
    if (!sizeArguments.has(name.value)) return;
    const size = value.kind === Kind.INT ? Number(value.value) : value.kind === Kind.VARIABLE ? variables[value.name.value] : null;
    if (typeof size === 'number' && (size < 1 || size > pageSizeMax)) problem ??= `\`${name.value}\` must be between 1 and ${pageSizeMax}.`;
  };
  visit(document, { Field: (field) => field.arguments?.forEach(check) });
  return problem;
}
