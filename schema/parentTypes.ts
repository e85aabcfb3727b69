import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './problem.ts';
import { objectTypesOf } from './sdlElements.ts';
import { type SubgraphDocument, subgraphFile } from './subgraphDocument.ts';
import type { SubgraphName } from './subgraphNames.ts';

/**
 * Names the GraphQL types whose parents a module declares: `export type UserParent = ...` and
 * `export interface UserParent { ... }` both say what the resolvers of `User` get as their parent.
 */
export function parentTypeNames(source: string): string[] {
  return [...source.matchAll(/^export (?:type|interface) (\w+)Parent\b/gm)].flatMap(([, name]) => name ?? []);
}

/** Reads `subgraphs/<name>/parents.ts`. Empty when the subgraph has none yet. */
export function parentsSource(name: SubgraphName): string {
  const path = join(import.meta.dirname, '..', 'subgraphs', name, 'parents.ts');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Finds parents of types that the subgraph does not have: a slip of the pen, or a type that went. */
export function findStrayParents(subgraph: SubgraphDocument, source: string): Problem[] {
  const types = new Set(objectTypesOf(subgraph).map((type) => type.name.value));
  return parentTypeNames(source)
    .filter((name) => !types.has(name))
    .map((name) => ({
      at: `subgraphs/${subgraph.name}/parents.ts`,
      message: `${name}Parent is exported, but ${subgraphFile(subgraph.name)} has no object type ${name}.`,
      fix: 'rename or remove it, then run `pnpm codegen`',
    }));
}
