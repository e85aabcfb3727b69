import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, getDirectiveValues, isObjectType } from 'graphql';
import type { Audience, Policy, Subject } from './policy.ts';
import { belongsTo } from './policy.ts';
import type { Viewer } from './viewer.ts';

/** Says what a guarded field of a type is about, given what the field hangs on. A subgraph's policy answers it. */
export type SubjectOf = (viewer: Viewer, type: string, parent: never) => Subject;

/**
 * Makes every field that the SDL marks `@audience` answer null to whoever is not in it: the SDL is the guard, not a note beside it.
 * Changes the schema in place. Throws when the SDL and the policy do not guard the same fields for the same groups.
 */
export function enforceAudiences(schema: GraphQLSchema, policy: Policy, subjectOf: SubjectOf): void {
  const marked = audiencesIn(schema);
  const faults = disagreements(marked, policy.fields);
  if (faults.length > 0) throw new Error(`the SDL and the policy do not agree about ${faults.join(', ')}`);
  for (const [coordinate, who] of marked) {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
    if (field !== undefined) field.resolve = guarded(field.resolve ?? defaultFieldResolver, who, (viewer, parent) => subjectOf(viewer, typeName, parent as never)); // what a type's fields hang on, the subgraph knows
  }
}

/** Reads the guarded fields of a schema off its SDL, by coordinate. */
export function audiencesIn(schema: GraphQLSchema): Map<string, readonly Audience[]> {
  const found = new Map<string, readonly Audience[]>();
  const directive = schema.getDirective('audience');
  if (directive === null || directive === undefined) return found;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const values = field.astNode ? getDirectiveValues(directive, field.astNode) : undefined;
      if (values !== undefined) found.set(`${type.name}.${field.name}`, values['who'] as Audience[]); // the SDL types `who` as [Audience!]!
    }
  }
  return found;
}

function disagreements(marked: ReadonlyMap<string, readonly Audience[]>, fields: Policy['fields']): string[] {
  const told = (who: readonly Audience[] | undefined): string => (who ?? []).toSorted().join(' ');
  return [...new Set([...marked.keys(), ...Object.keys(fields)])].filter((coordinate) => told(marked.get(coordinate)) !== told(fields[coordinate])).toSorted();
}

type Resolve = GraphQLFieldResolver<unknown, { viewer: Viewer }>;

function guarded(resolve: Resolve, who: readonly Audience[], subjectOf: (viewer: Viewer, parent: unknown) => Subject): Resolve {
  return (parent, args, context, info) => {
    const subject = subjectOf(context.viewer, parent);
    return who.some((audience) => belongsTo(context.viewer, audience, subject)) ? resolve(parent, args, context, info) : null;
  };
}
