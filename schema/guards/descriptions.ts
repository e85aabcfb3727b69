import { type FieldDefinitionNode, Kind, parse } from 'graphql';
import { editThenCompose, type Problem } from '../problem.ts';
import { directiveOn, directiveText, elementsOf, type ObjectTypeNode, objectTypesOf } from '../sdlElements.ts';
import { placeOf, type SubgraphDocument } from '../subgraphDocument.ts';

// What queries and mutations are needs no words; their fields do.
const selfExplaining = ['Query', 'Mutation'];

/** Finds every type, field, argument, input field, enum value and directive without a description. */
export function findUndescribed(subgraphs: readonly SubgraphDocument[]): Problem[] {
  return subgraphs.flatMap((subgraph) => {
    const excused = new Set([...selfExplaining, ...describedElsewhere(subgraph, subgraphs)]);
    return elementsOf(subgraph)
      .filter(({ coordinate, node }) => !hasDescription(node) && !excused.has(coordinate))
      .map(({ coordinate, node }) => ({
        at: placeOf(subgraph, node.name),
        message: `${coordinate} has no description.`,
        fix: editThenCompose('describe it there, for a frontend reader'),
      }));
  });
}

/**
 * The narrow excuse for entities that several subgraphs define: a subgraph that gives the type a `@key` and no
 * description of its own may leave the type and the fields of that key undescribed, as far as another subgraph that
 * gives the type a `@key` and a description describes the same field. Nothing else is excused.
 */
function describedElsewhere(subgraph: SubgraphDocument, subgraphs: readonly SubgraphDocument[]): string[] {
  return objectTypesOf(subgraph)
    .filter((type) => keyFieldNames(type).length > 0 && !isDescribedType(type))
    .flatMap((type) => {
      const describing = subgraphs
        .filter((other) => other !== subgraph)
        .flatMap(objectTypesOf)
        .find((other) => other.name.value === type.name.value && isDescribedType(other) && directiveOn(other, 'key'));
      if (describing === undefined) return [];
      const fields = keyFieldNames(type).filter((name) => hasDescription(fieldNamed(describing, name) ?? {}));
      return [type.name.value, ...fields.map((name) => `${type.name.value}.${name}`)];
    });
}

// Only the outer fields of a key belong to the type; those of a nested selection belong to another.
function keyFieldNames(type: ObjectTypeNode): string[] {
  return (type.directives ?? [])
    .filter((directive) => directive.name.value === 'key')
    .map((key) => directiveText(key, 'fields') ?? '')
    .filter((fields) => fields.trim() !== '')
    .flatMap((fields) => parse(`{ ${fields} }`).definitions)
    .flatMap((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : []))
    .flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}

function fieldNamed(type: ObjectTypeNode, name: string): FieldDefinitionNode | undefined {
  return type.fields?.find((field) => field.name.value === name);
}

function isDescribedType(type: ObjectTypeNode): boolean {
  return type.kind === Kind.OBJECT_TYPE_DEFINITION && hasDescription(type);
}

function hasDescription(node: { description?: { value: string } | undefined }): boolean {
  return (node.description?.value ?? '').trim() !== '';
}
