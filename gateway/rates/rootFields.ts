import type { DirectiveNode, DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind, valueFromASTUntyped } from 'graphql';

/** A root field that an operation has executed, once for each name it is asked for under. */
export interface RootField {
  readonly name: string;
  /** The values of its arguments, as far as they can be known before its types are. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

type Variables = Record<string, unknown>;

/** Lists the root fields that an operation will execute, through fragments, aliases and `@skip`. The operation has been validated. */
export function rootFields(document: DocumentNode, operation: OperationDefinitionNode, given: Variables): RootField[] {
  const fragments = new Map(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])));
  const variables = withDefaults(operation, given);
  const found = new Map<string, FieldNode>();
  collect(operation.selectionSet, { fragments, variables, found, spread: new Set() });
  return [...found.values()].map((field) => ({
    name: field.name.value,
    arguments: Object.fromEntries((field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)])),
  }));
}

interface Collecting {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
  /** By the name in the answer: one field asked for twice under one name is executed once. */
  readonly found: Map<string, FieldNode>;
  readonly spread: Set<string>;
}

function collect(selectionSet: SelectionSetNode, collecting: Collecting): void {
  const { fragments, variables, found, spread } = collecting;
  for (const selection of selectionSet.selections) {
    if (isLeftOut(selection.directives ?? [], variables)) continue;
    if (selection.kind === Kind.FIELD) {
      found.set((selection.alias ?? selection.name).value, selection);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collect(selection.selectionSet, collecting);
    } else if (!spread.has(selection.name.value)) {
      spread.add(selection.name.value);
      const fragment = fragments.get(selection.name.value);
      if (fragment !== undefined) collect(fragment.selectionSet, collecting);
    }
  }
}

function isLeftOut(directives: readonly DirectiveNode[], variables: Variables): boolean {
  return directives.some(({ name, arguments: given = [] }) => {
    const [condition] = given;
    const value: unknown = condition === undefined ? undefined : valueFromASTUntyped(condition.value, variables);
    return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
  });
}

/** Whoever leaves a variable to its default must not be uncounted for it. */
function withDefaults(operation: OperationDefinitionNode, given: Variables): Variables {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
}
