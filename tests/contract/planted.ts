import { parseSubgraph, type SubgraphDocument } from '@kith/schema/subgraphDocument.ts';
import type { ExampleFile } from '@kith/schema/exampleOperations.ts';
import type { Problem } from '@kith/schema/problem.ts';

/** Makes a subgraph of the given SDL, to plant a fault in. */
export function aSubgraph(sdl: string, name = 'planted'): SubgraphDocument {
  return parseSubgraph(name, sdl);
}

/** Makes the file of an example, in order unless lines of its front matter or its operation are given. */
export function anExample(changes: Record<string, string | null> = {}, operation = 'query Me { me { id } }'): ExampleFile {
  const frontMatter = { title: 'Me', description: 'The signed-in person.', as: 'ada@kith.test', statements: '2', fetches: '1', ...changes };
  const lines = Object.entries(frontMatter).flatMap(([key, value]) => (value === null ? [] : [`# ${key}: ${value}`]));
  return { fileName: '01-me.graphql', source: [...lines, operation, ''].join('\n') };
}

/** Reads the messages off problems. */
export function messagesOf(problems: readonly Problem[]): string[] {
  return problems.map(({ message }) => message);
}
