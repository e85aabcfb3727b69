import { existsSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { apiSchemaOf } from './apiSchema.ts';
import { composeSubgraphs } from './composition.ts';
import { type ExampleFile, exampleFiles } from './exampleOperations.ts';
import { findUntoldAudiences } from './guards/audiences.ts';
import { findBareDeprecations } from './guards/deprecations.ts';
import { findUndescribed } from './guards/descriptions.ts';
import { findInvalidExamples } from './guards/examples.ts';
import { findUnevenLists } from './guards/lists.ts';
import { findUnconventionalMutations } from './guards/mutations.ts';
import { findStaleness } from './guards/staleness.ts';
import type { Problem } from './problem.ts';
import { subgraphSdl, supergraphPath, supergraphSdl } from './sdl.ts';
import { parseSubgraph, type SubgraphDocument, subgraphFile } from './subgraphDocument.ts';
import { subgraphNames } from './subgraphNames.ts';

/** Everything the contract consists of, as it was written. */
export interface Contract {
  /** SDL by name of subgraph. */
  subgraphs: Record<string, string>;
  /** The committed supergraph, null when there is none. */
  supergraph: string | null;
  examples: readonly ExampleFile[];
}

/** Reads the contract in the working tree. */
export function contractOnDisk(): Contract {
  return {
    subgraphs: Object.fromEntries(subgraphNames.map((name) => [name, subgraphSdl(name)])),
    supergraph: existsSync(supergraphPath) ? supergraphSdl() : null,
    examples: exampleFiles(),
  };
}

/** Finds everything that is wrong with a contract, at once. */
export function findProblems(contract: Contract): Problem[] {
  const parsed = Object.entries(contract.subgraphs).map(([name, sdl]) => parseOrProblem(name, sdl));
  const subgraphs = parsed.flatMap((result) => ('document' in result ? [result] : []));
  const unparsed = parsed.flatMap((result) => ('document' in result ? [] : [result]));
  const eachAlone = [...unparsed, ...findUnevenLists(subgraphs), ...findBareDeprecations(subgraphs), ...findUntoldAudiences(subgraphs)];
  // The other guards compare subgraphs: while one of them cannot be read they would blame the innocent.
  return unparsed.length > 0 ? eachAlone : [...eachAlone, ...problemsTogether(subgraphs, contract)];
}

function problemsTogether(subgraphs: readonly SubgraphDocument[], { supergraph, examples }: Contract): Problem[] {
  const composition = composeSubgraphs(subgraphs);
  return [
    ...findUndescribed(subgraphs),
    ...findUnconventionalMutations(subgraphs),
    ...findStaleness(supergraph, composition),
    // Examples are held against what the subgraphs compose to, not the committed text: that one may be stale.
    ...(composition.errors === undefined ? findInvalidExamples(examples, apiSchemaOf(composition.supergraphSdl)) : []),
  ];
}

function parseOrProblem(name: string, sdl: string): SubgraphDocument | Problem {
  try {
    return parseSubgraph(name, sdl);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return {
      at: `${subgraphFile(name)}:${error.locations?.[0]?.line ?? 1}`,
      message: error.message,
      fix: 'mend the line, then run `pnpm schema:compose`',
    };
  }
}
