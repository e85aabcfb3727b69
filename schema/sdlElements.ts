import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  isTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import type { SubgraphDocument } from './subgraphDocument.ts';

/** Anything in an SDL that people read about and that can bear a description. */
export interface SdlElement {
  /** The schema coordinate: `User`, `User.email`, `Query.users(first:)`, `Role.ADMIN`, `@audience`, `@audience(who:)`. */
  coordinate: string;
  node:
    | TypeDefinitionNode
    | DirectiveDefinitionNode
    | FieldDefinitionNode
    | InputValueDefinitionNode
    | EnumValueDefinitionNode;
}

/** A definition or an extension of an object type, which may both carry fields. */
export type ObjectTypeNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

/** Lists every element of a subgraph's SDL, in the order of the file. */
export function elementsOf({ document }: SubgraphDocument): SdlElement[] {
  return document.definitions.flatMap((definition) => [...ownElement(definition), ...innerElements(definition)]);
}

/** Lists the definitions and extensions of object types in a subgraph. */
export function objectTypesOf({ document }: SubgraphDocument): ObjectTypeNode[] {
  return document.definitions.filter(
    (definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
}

/** Finds the type of a field, undefined when there is no such field. */
export function fieldTypeOf(type: ObjectTypeNode, fieldName: string): TypeNode | undefined {
  return type.fields?.find((field) => field.name.value === fieldName)?.type;
}

/** Names the type under all lists and exclamation marks. */
export function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

/** Whether a type bears the name of a Relay connection. */
export function isConnectionName(typeName: string): boolean {
  return typeName.endsWith('Connection');
}

/** Finds the use of a directive on a node. */
export function directiveOn(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): ConstDirectiveNode | undefined {
  return node.directives?.find((directive) => directive.name.value === name);
}

/** Reads a text given to a directive, undefined when it is not given. */
export function directiveText(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function ownElement(definition: DefinitionNode): SdlElement[] {
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
    return [{ coordinate: `@${definition.name.value}`, node: definition }];
  }
  // An extension has no description of its own: the language gives it no place for one.
  return isTypeDefinitionNode(definition) ? [{ coordinate: definition.name.value, node: definition }] : [];
}

function innerElements(definition: DefinitionNode): SdlElement[] {
  switch (definition.kind) {
    case Kind.DIRECTIVE_DEFINITION:
      return argumentElements(`@${definition.name.value}`, definition.arguments);
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION:
      return (definition.fields ?? []).flatMap((field) => {
        const coordinate = `${definition.name.value}.${field.name.value}`;
        return [{ coordinate, node: field }, ...argumentElements(coordinate, field.arguments)];
      });
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION:
      return (definition.fields ?? []).map((node) => ({ coordinate: `${definition.name.value}.${node.name.value}`, node }));
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION:
      return (definition.values ?? []).map((node) => ({ coordinate: `${definition.name.value}.${node.name.value}`, node }));
    default:
      return [];
  }
}

function argumentElements(owner: string, nodes: readonly InputValueDefinitionNode[] = []): SdlElement[] {
  return nodes.map((node) => ({ coordinate: `${owner}(${node.name.value}:)`, node }));
}
