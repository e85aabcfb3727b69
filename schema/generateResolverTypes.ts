// `pnpm codegen`: writes subgraphs/<name>/generated/resolvers.ts, the types of the resolvers of each subgraph.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStrayParents, parentsSource } from './parentTypes.ts';
import { formatProblem } from './problem.ts';
import { resolverTypesOf } from './resolverTypes.ts';
import { subgraphSdl } from './sdl.ts';
import { parseSubgraph } from './subgraphDocument.ts';
import { subgraphNames } from './subgraphNames.ts';

const sources = subgraphNames.map((name) => ({ name, sdl: subgraphSdl(name), parents: parentsSource(name) }));
const strays = sources.flatMap(({ name, sdl, parents }) => findStrayParents(parseSubgraph(name, sdl), parents));

if (strays.length > 0) {
  console.error(strays.map(formatProblem).join('\n'));
  process.exitCode = 1;
} else {
  for (const [name, content] of await resolverTypesOf(sources)) {
    const folder = join(import.meta.dirname, '..', 'subgraphs', name, 'generated');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'resolvers.ts'), content);
  }
  console.log('Wrote subgraphs/*/generated/resolvers.ts.');
}
