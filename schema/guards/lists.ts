import { type FieldDefinitionNode, print } from 'graphql';
import { editThenCompose, type Problem } from '../problem.ts';
import { fieldTypeOf, isConnectionName, namedTypeOf, type ObjectTypeNode, objectTypesOf } from '../sdlElements.ts';
import { placeOf, type SubgraphDocument } from '../subgraphDocument.ts';

const listArguments = { first: 'Int', after: 'String', last: 'Int', before: 'String' };

/** Finds lists that are not Relay connections like all others: their arguments, the connection and its edge. */
export function findUnevenLists(subgraphs: readonly SubgraphDocument[]): Problem[] {
  return subgraphs.flatMap((subgraph) =>
    objectTypesOf(subgraph).flatMap((type) => [
      ...(type.fields ?? []).flatMap((field) => problemsOfListField(subgraph, type, field)),
      ...(isConnectionName(type.name.value) ? problemsOfConnection(subgraph, type, subgraphs) : []),
    ]),
  );
}

function problemsOfListField(subgraph: SubgraphDocument, type: ObjectTypeNode, field: FieldDefinitionNode): Problem[] {
  if (!isConnectionName(namedTypeOf(field.type))) return [];
  const coordinate = `${type.name.value}.${field.name.value}`;
  return Object.entries(listArguments).flatMap(([name, typeName]) => {
    const argument = field.arguments?.find((candidate) => candidate.name.value === name);
    const isUniform =
      argument !== undefined &&
      print(argument.type) === typeName &&
      argument.defaultValue === undefined &&
      (argument.description?.value ?? '').trim() !== '';
    if (isUniform) return [];
    return [
      {
        at: placeOf(subgraph, argument?.name ?? field.name),
        message: `${coordinate} is a list and must take \`${name}: ${typeName}\`, with a description and without a default value.`,
        fix: editThenCompose('copy the four arguments of another list'),
      },
    ];
  });
}

function problemsOfConnection(
  subgraph: SubgraphDocument,
  connection: ObjectTypeNode,
  subgraphs: readonly SubgraphDocument[],
): Problem[] {
  const item = itemName(connection, 'nodes');
  const edge = itemName(connection, 'edges');
  const problems = unlikeShape(subgraph, connection, {
    nodes: `[${item ?? 'X'}!]!`,
    edges: `[${edge ?? 'XEdge'}!]!`,
    pageInfo: 'PageInfo!',
    totalCount: 'Int',
  });
  const edgeType = [subgraph, ...subgraphs]
    .flatMap((owner) => objectTypesOf(owner).map((type) => ({ owner, type })))
    .find(({ type }) => type.name.value === edge);
  if (edgeType === undefined || item === undefined) return problems;
  return [...problems, ...unlikeShape(edgeType.owner, edgeType.type, { cursor: 'String!', node: `${item}!` })];
}

function unlikeShape(subgraph: SubgraphDocument, type: ObjectTypeNode, shape: Record<string, string>): Problem[] {
  return Object.entries(shape)
    .filter(([name, expected]) => fieldText(type, name) !== expected)
    .map(([name, expected]) => ({
      at: placeOf(subgraph, type.name),
      message: `${type.name.value} must have \`${name}: ${expected}\`, like every other list.`,
      fix: editThenCompose(`give ${type.name.value} that field`),
    }));
}

function itemName(type: ObjectTypeNode, fieldName: string): string | undefined {
  const node = fieldTypeOf(type, fieldName);
  return node && namedTypeOf(node);
}

function fieldText(type: ObjectTypeNode, fieldName: string): string | undefined {
  const node = fieldTypeOf(type, fieldName);
  return node && print(node);
}
