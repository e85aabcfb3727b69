import {
  type ASTNode,
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  specifiedDirectives,
  visit,
} from 'graphql';

const specifiedNames = new Set(specifiedDirectives.map((directive) => directive.name));

/**
 * Builds the schema a client sees from the text of a supergraph: without the machinery of federation and without
 * what is `@inaccessible`. Needs nothing but graphql-js, so it is at hand at run time and for any old supergraph;
 * a contract test keeps it equal to what Apollo derives.
 */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  const supergraph = parse(supergraphSdl);
  const machinery = machineryOf(supergraph);
  const api = visit(supergraph, {
    enter: (node) => (isMachinery(node, machinery) || isInaccessible(node) ? null : undefined),
  });
  return buildASTSchema(api);
}

/** What the `@link`s of a supergraph bring in: names of features, and names imported from them. */
interface Machinery {
  features: Set<string>;
  imports: Set<string>;
}

function machineryOf(supergraph: DocumentNode): Machinery {
  const links = supergraph.definitions
    .filter((definition) => definition.kind === Kind.SCHEMA_DEFINITION)
    .flatMap((definition) => definition.directives ?? [])
    .filter((directive) => directive.name.value === 'link');
  return {
    features: new Set(links.map(featureName)),
    imports: new Set(links.flatMap(importedNames)),
  };
}

function featureName(link: ConstDirectiveNode): string {
  const alias = stringArgument(link, 'as');
  // The second last part of a specification's address is its name: https://specs.apollo.dev/join/v0.5.
  return alias ?? stringArgument(link, 'url')?.split('/').at(-2) ?? '';
}

function importedNames(link: ConstDirectiveNode): string[] {
  const list = link.arguments?.find((argument) => argument.name.value === 'import')?.value;
  if (list?.kind !== Kind.LIST) return [];
  return list.values.flatMap((value) => {
    if (value.kind === Kind.STRING) return [value.value];
    if (value.kind !== Kind.OBJECT) return [];
    const field = value.fields.find(({ name }) => name.value === 'as') ?? value.fields[0];
    return field?.value.kind === Kind.STRING ? [field.value.value] : [];
  });
}

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function isMachinery(node: ASTNode, { features, imports }: Machinery): boolean {
  switch (node.kind) {
    case Kind.DIRECTIVE:
      return !specifiedNames.has(node.name.value);
    case Kind.DIRECTIVE_DEFINITION:
      return features.has(featureOf(node.name.value)) || imports.has(`@${node.name.value}`);
    case Kind.SCALAR_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return node.name.value.includes('__') && features.has(featureOf(node.name.value));
    default:
      return false;
  }
}

function featureOf(name: string): string {
  return name.split('__')[0] ?? name;
}

function isInaccessible(node: ASTNode): boolean {
  return (
    'directives' in node && (node.directives ?? []).some((directive) => directive.name.value === 'inaccessible')
  );
}
