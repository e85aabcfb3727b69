import { type ASTNode, type DocumentNode, parse } from 'graphql';

/** One subgraph's SDL, parsed, with the name and the file that problems are reported under. */
export interface SubgraphDocument {
  name: string;
  file: string;
  document: DocumentNode;
}

/** Parses the SDL of a subgraph. Throws a GraphQLError with the place when it is no GraphQL. */
export function parseSubgraph(name: string, sdl: string): SubgraphDocument {
  return { name, file: subgraphFile(name), document: parse(sdl) };
}

/** Names a subgraph's SDL file as people at the root of the repository do. */
export function subgraphFile(name: string): string {
  return `schema/${name}.graphql`;
}

/** Says where a node stands, such as `schema/users.graphql:12`. */
export function placeOf(subgraph: SubgraphDocument, node: ASTNode): string {
  return node.loc === undefined ? subgraph.file : `${subgraph.file}:${node.loc.startToken.line}`;
}
