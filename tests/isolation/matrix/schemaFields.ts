import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { getNamedType, isAbstractType, isObjectType, Kind, parse, visit } from 'graphql';
import { apiSchemaOf } from '@kith/schema/apiSchema.ts';
import { subgraphSdl, supergraphSdl } from '@kith/schema/sdl.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { z } from 'zod';
import { fieldRules, onlyInAnswersOfMutations, ruleOf } from './fieldRules.ts';

/** The schema clients see. */
export const apiSchema = (): GraphQLSchema => apiSchemaOf(supergraphSdl());

/** Names the object types that can be reached from a type, itself included. */
export function reachableTypes(schema: GraphQLSchema, from: GraphQLObjectType | null | undefined): Set<string> {
  const reached = new Map<string, GraphQLObjectType>();
  const reach = (type: unknown): void => {
    if (isAbstractType(type)) schema.getPossibleTypes(type).forEach(reach);
    if (!isObjectType(type) || reached.has(type.name)) return;
    reached.set(type.name, type);
    for (const field of Object.values(type.getFields())) reach(getNamedType(field.type));
  };
  reach(from);
  return new Set(reached.keys());
}

/** Every `Type.field` that can be reached from a query. */
export function queryableFields(schema: GraphQLSchema): string[] {
  return [...reachableTypes(schema, schema.getQueryType())].flatMap((name) => fieldsOf(schema, name).map((field) => `${name}.${field}`));
}

function fieldsOf(schema: GraphQLSchema, type: string): string[] {
  const found = schema.getType(type);
  return isObjectType(found) ? Object.keys(found.getFields()) : [];
}

/** Finds the fields that nobody has said who reads. */
export function unlistedFields(schema: GraphQLSchema): string[] {
  return queryableFields(schema).filter((coordinate) => {
    const [type = '', field = ''] = coordinate.split('.');
    return ruleOf(type, field) === undefined;
  });
}

/** Finds entries of the table for fields that are no more. */
export function strayRules(schema: GraphQLSchema): string[] {
  const known = new Set(queryableFields(schema));
  return Object.entries(fieldRules).flatMap(([type, fields]) => Object.keys(fields).map((field) => `${type}.${field}`)).filter((coordinate) => !known.has(coordinate));
}

/** Finds types that only mutations answer and that are neither payloads nor named with a reason. */
export function unexplainedAnswers(schema: GraphQLSchema): string[] {
  const queryable = reachableTypes(schema, schema.getQueryType());
  return [...reachableTypes(schema, schema.getMutationType())].filter(
    (name) => name !== 'Mutation' && !queryable.has(name) && !name.endsWith('Payload') && onlyInAnswersOfMutations[name] === undefined,
  );
}

const audienceArgument = z.array(z.object({ value: z.string() }));

/** The fields that subgraphs mark `@audience`, and for whom: `User.email` is for SELF, TENANT_ADMINS. */
export function markedAudiences(sdls: readonly string[] = subgraphNames.map(subgraphSdl)): Map<string, string[]> {
  const marked = new Map<string, string[]>();
  for (const sdl of sdls) {
    let type = '';
    visit(parse(sdl), {
      ObjectTypeDefinition: ({ name }) => void (type = name.value),
      ObjectTypeExtension: ({ name }) => void (type = name.value),
      FieldDefinition: (field) => {
        const directive = field.directives?.find(({ name }) => name.value === 'audience');
        const who = directive?.arguments?.find(({ name }) => name.value === 'who')?.value;
        if (who?.kind === Kind.LIST) marked.set(`${type}.${field.name.value}`, audienceArgument.parse(who.values).map(({ value }) => value).toSorted());
      },
    });
  }
  return marked;
}
