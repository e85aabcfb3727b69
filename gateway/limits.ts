import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import type { ASTVisitor, FieldNode, ValidationContext, ValidationRule } from 'graphql';
import { GraphQLError } from 'graphql';
import { unfitText } from './textChecks.ts';

/** How much an operation may ask. */
export interface Limits {
  readonly depthMax: number;
  readonly aliasesMax: number;
  readonly directivesMax: number;
  readonly tokensMax: number;
}

/** The rules an operation is checked by before anything is planned, beside those of the specification. */
export function limitRules(limits: Limits): ValidationRule[] {
  return [maxDepthRule({ n: limits.depthMax, flattenFragments: true }), aliasRule(limits.aliasesMax), directiveRule(limits.directivesMax), textRule];
}

/** One field under many names is one way to make a short question long. Only aliases count, over the whole document. */
const aliasRule = (max: number): ValidationRule => (context: ValidationContext): ASTVisitor => {
  const aliases = new Map<string, Set<string>>();
  return {
    Field: (field) => {
      if (field.alias === undefined) return;
      const names = aliases.get(field.name.value) ?? new Set();
      aliases.set(field.name.value, names.add(field.alias.value));
      if (names.size === max + 1) context.reportError(new GraphQLError(`\`${field.name.value}\` is asked for under more than ${max} names.`, { nodes: field }));
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
