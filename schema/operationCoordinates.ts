import {
  type DocumentNode,
  getNamedType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  Kind,
  parse,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ExampleOperation } from './exampleOperations.ts';

/**
 * Lists what an operation, with its variables, uses of a schema, in the notation of graphql-inspector: types (`User`),
 * fields (`User.email`), arguments (`Query.users.first`), input fields and enum values it sends (`Role.ADMIN`).
 */
export function coordinatesUsed(example: ExampleOperation, schema: GraphQLSchema): Set<string> {
  const document = parse(example.document);
  return new Set([...inText(document, schema), ...inVariables(document, schema, example.variables)]);
}

function inText(document: DocumentNode, schema: GraphQLSchema): string[] {
  const used: string[] = [];
  const types = new TypeInfo(schema);
  const owner = () => types.getParentType()?.name;
  visit(
    document,
    visitWithTypeInfo(types, {
      SelectionSet: () => void used.push(`${owner()}`),
      Field: (node) => void used.push(`${owner()}.${node.name.value}`),
      Argument: (node) => void used.push(`${owner()}.${types.getFieldDef()?.name}.${node.name.value}`),
      ObjectField: (node) => void used.push(`${getNamedType(types.getParentInputType())?.name}.${node.name.value}`),
      EnumValue: (node) => void used.push(`${getNamedType(types.getInputType())?.name}.${node.value}`),
    }),
  );
  return used;
}

function inVariables(document: DocumentNode, schema: GraphQLSchema, variables: Record<string, unknown>): string[] {
  return document.definitions
    .flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? (node.variableDefinitions ?? []) : []))
    .flatMap(({ type: typeNode, variable }) => {
      const type = typeFromAST(schema, typeNode);
      return isInputType(type) ? inValue(type, variables[variable.name.value]) : [];
    });
}

function inValue(type: GraphQLInputType, value: unknown): string[] {
  const named = getNamedType(type);
  if (Array.isArray(value)) return value.flatMap((item) => inValue(named, item));
  if (isEnumType(named)) return typeof value === 'string' ? [`${named.name}.${value}`] : [];
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return [];
  const sent = new Map(Object.entries(value));
  return Object.values(named.getFields())
    .filter(({ name }) => sent.has(name))
    .flatMap((field) => [`${named.name}.${field.name}`, ...inValue(field.type, sent.get(field.name))]);
}
