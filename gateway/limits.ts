import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import type { ASTVisitor, FieldNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';
import { GraphQLError, Kind } from 'graphql';
import { unfitText } from './textChecks.ts';

/** How much an operation may ask. */
export interface Limits {
  readonly depthMax: number;
  readonly aliasesMax: number;
  readonly directivesMax: number;
  readonly tokensMax: number;
}

/** Of an operation that is wrong all over, so many findings are shown: the answer stays short. */
export const findingsMax = 10;

/** The rules an operation is checked by before anything is planned, beside those of the specification. */
export function limitRules(limits: Limits): ValidationRule[] {
  return [depthRule(limits.depthMax), aliasRule(limits.aliasesMax), directiveRule(limits.directivesMax), textRule];
}

// Left to itself the library throws its finding, which then passes for a fault of ours.
const depthRule = (max: number): ValidationRule =>
  maxDepthRule({
    n: max,
    flattenFragments: true,
    propagateOnRejection: false,
    onReject: [(context) => context?.reportError(new GraphQLError(`The operation is more than ${max} levels deep.`))],
  });

/**
 * One field under many names is one way to make a short question long. Only aliases count, and those of a fragment as often as
 * it is used: fifteen names at each of four levels, a fragment a level, are fifty thousand in a question of 600 words.
 */
const aliasRule = (max: number): ValidationRule => (context: ValidationContext): ASTVisitor => {
  const ofFragments = new Map<string, ReadonlyMap<string, number>>();
  const countIn = ({ selections }: SelectionSetNode): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    const add = (name: string, count: number): unknown => counts.set(name, (counts.get(name) ?? 0) + count);
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD && selection.alias !== undefined) add(selection.name.value, 1);
      const inside = selection.kind === Kind.FRAGMENT_SPREAD ? countInFragment(selection.name.value) : selection.selectionSet && countIn(selection.selectionSet);
      inside?.forEach((count, name) => add(name, count));
    }
    return counts;
  };
  const countInFragment = (name: string): ReadonlyMap<string, number> => {
    const known = ofFragments.get(name);
    if (known !== undefined) return known;
    ofFragments.set(name, new Map()); // a fragment inside itself is somebody else's finding
    const fragment = context.getFragment(name);
    const counts = fragment ? countIn(fragment.selectionSet) : new Map<string, number>();
    ofFragments.set(name, counts);
    return counts;
  };
  return {
    OperationDefinition: (operation) => {
      countIn(operation.selectionSet).forEach((count, name) => {
        if (count > max) context.reportError(new GraphQLError(`\`${name}\` is asked for under more than ${max} names.`, { nodes: operation }));
      });
    },
  };
};

const directiveRule = (max: number): ValidationRule => (context: ValidationContext): ASTVisitor => ({
  Field: (field: FieldNode) => {
    if ((field.directives?.length ?? 0) > max) context.reportError(new GraphQLError(`\`${field.name.value}\` carries more than ${max} directives.`, { nodes: field }));
  },
});

const textRule: ValidationRule = (context: ValidationContext): ASTVisitor => ({
  StringValue: (node) => {
    const problem = unfitText(node.value);
    if (problem !== null) context.reportError(new GraphQLError(`A text in the operation ${problem}.`, { nodes: node }));
  },
});
