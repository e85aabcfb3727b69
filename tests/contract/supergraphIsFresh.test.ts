import { composeSubgraphs } from '@kith/schema/composition.ts';
import { findStaleness } from '@kith/schema/guards/staleness.ts';
import { subgraphSdl, supergraphSdl } from '@kith/schema/sdl.ts';
import { parseSubgraph } from '@kith/schema/subgraphDocument.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

const subgraphs = subgraphNames.map((name) => parseSubgraph(name, subgraphSdl(name)));

test('composing twice gives the same text, whatever the order of the subgraphs', () => {
  const { supergraphSdl: once } = composeSubgraphs(subgraphs);
  expect(composeSubgraphs(subgraphs.toReversed()).supergraphSdl).toBe(once);
});

test('the supergraph names no real host', () => {
  expect(supergraphSdl().match(/https?:\/\/[^/"]+/g)?.filter((host) => host.endsWith('.subgraph'))).toHaveLength(4);
  expect(supergraphSdl()).not.toContain('localhost');
});

test('a supergraph that differs from what the subgraphs compose to is stale', () => {
  const composition = composeSubgraphs(subgraphs);
  expect(findStaleness(supergraphSdl(), composition)).toEqual([]);
  const [stale] = findStaleness(supergraphSdl().replace('nextLevelAt', 'nextLevelFrom'), composition);
  expect(stale).toMatchObject({ at: 'schema/supergraph.graphql', fix: 'run `pnpm schema:compose` and commit the file' });
  expect(messagesOf(findStaleness(null, composition))).toEqual(['There is no committed supergraph.']);
});

test('subgraphs that do not compose are reported with the reason', () => {
  const [users = aSubgraph('')] = subgraphs;
  const clashing = aSubgraph('type Profile { displayName: Int }', 'clashing');
  const [problem] = findStaleness(null, composeSubgraphs([users, clashing]));
  expect(problem?.message).toMatch(/^The subgraphs do not compose: .*displayName/);
});
