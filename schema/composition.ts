import { composeServices } from '@apollo/composition';
import { printSchema } from 'graphql';
import type { SubgraphDocument } from './subgraphDocument.ts';

/** A supergraph as the gateway reads it, and the schema that clients see of it, as Apollo derives it. */
export interface Composed {
  supergraphSdl: string;
  apiSdl: string;
  errors?: never;
}

/** What composing brings: the supergraph, or the reasons why the subgraphs do not fit together. */
export type Composition = Composed | { errors: string[]; supergraphSdl?: never };

/** Composes subgraphs into a supergraph. The same SDL always gives the same text. */
export function composeSubgraphs(subgraphs: readonly SubgraphDocument[]): Composition {
  const result = composeServices(
    subgraphs.map(({ name, document }) => ({ name, url: placeholderUrl(name), typeDefs: document })),
  );
  if (result.errors !== undefined) return { errors: result.errors.map((error) => error.message) };
  return {
    supergraphSdl: `${result.supergraphSdl.trimEnd()}\n`,
    apiSdl: printSchema(result.schema.toAPISchema().toGraphQLJSSchema()),
  };
}

// The supergraph is committed and the same everywhere: where a subgraph really answers is configuration of the gateway.
function placeholderUrl(name: string): string {
  return `http://${name}.subgraph/graphql`;
}
