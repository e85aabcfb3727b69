import { pageSizeMax } from '@kith/kernel/page.ts';
import type { DocumentNode, FieldNode, ValueNode } from 'graphql';
import { Kind, visit } from 'graphql';

type Size = 'first' | 'last';

/**
 * Looks for a `first` or `last` that no list takes, or for both at once, before any subgraph is asked: each would refuse it,
 * but once for every parent of the list. Answers what is wrong, or null.
 */
export function findUnfitPageSize(document: DocumentNode, variables: Record<string, unknown>): string | null {
  const operations = document.definitions.flatMap((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : []));
  const defaults = new Map(operations.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]));
  const valueOf = (value: ValueNode | undefined): unknown => {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return null;
    const given = variables[value.name.value];
    return given === undefined ? valueOf(defaults.get(value.name.value)) : given;
  };
  const problemOf = ({ arguments: given = [] }: FieldNode): string | null => {
    const size = (name: Size): unknown => valueOf(given.find((argument) => argument.name.value === name)?.value);
    const [first, last] = [size('first'), size('last')];
    if (typeof first === 'number' && typeof last === 'number') return 'Give `first` or `last`, not both.';
    return outOfRange('first', first) ?? outOfRange('last', last);
  };
  let problem: string | null = null;
  visit(document, {
    Field: (field) => {
      problem ??= problemOf(field);
    },
  });
  return problem;
}

function outOfRange(name: Size, size: unknown): string | null {
  return typeof size === 'number' && (size < 1 || size > pageSizeMax) ? `\`${name}\` must be between 1 and ${pageSizeMax}.` : null;
}
