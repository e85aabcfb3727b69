// `pnpm schema:compose`: writes schema/supergraph.graphql from the four subgraphs.
import { writeFileSync } from 'node:fs';
import { composeSubgraphs } from './composition.ts';
import { subgraphSdl, supergraphPath } from './sdl.ts';
import { parseSubgraph } from './subgraphDocument.ts';
import { subgraphNames } from './subgraphNames.ts';

const composition = composeSubgraphs(subgraphNames.map((name) => parseSubgraph(name, subgraphSdl(name))));
if (composition.errors === undefined) {
  writeFileSync(supergraphPath, composition.supergraphSdl);
  console.log('Wrote schema/supergraph.graphql.');
} else {
  console.error(['The subgraphs do not compose:', ...composition.errors].join('\n- '));
  process.exitCode = 1;
}
