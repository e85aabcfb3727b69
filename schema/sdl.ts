import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SubgraphName } from './subgraphNames.ts';

/** Where the committed supergraph stands. */
export const supergraphPath = join(import.meta.dirname, 'supergraph.graphql');

/** Names the file that holds a subgraph's SDL. */
export function subgraphPath(name: SubgraphName): string {
  return join(import.meta.dirname, `${name}.graphql`);
}

/** Reads the SDL of one subgraph as it is written by hand. */
export function subgraphSdl(name: SubgraphName): string {
  return readFileSync(subgraphPath(name), 'utf8');
}

/** Reads the committed supergraph, which the gateway starts with. Composed by `pnpm schema:compose`. */
export function supergraphSdl(): string {
  return readFileSync(supergraphPath, 'utf8');
}
