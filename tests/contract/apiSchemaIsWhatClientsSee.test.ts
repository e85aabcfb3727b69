import { apiSchemaOf } from '@kith/schema/apiSchema.ts';
import { composeSubgraphs } from '@kith/schema/composition.ts';
import { subgraphSdl, supergraphSdl } from '@kith/schema/sdl.ts';
import { parseSubgraph, type SubgraphDocument } from '@kith/schema/subgraphDocument.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { buildSchema, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { aSubgraph } from './planted.ts';

const subgraphs = subgraphNames.map((name) => parseSubgraph(name, subgraphSdl(name)));
const sorted = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

/** Prints the schema clients see of a supergraph, as we derive it and as Apollo does. */
function bothSchemas(supergraph: readonly SubgraphDocument[]): { ours: string; apollos: string } {
  const composition = composeSubgraphs(supergraph);
  if (composition.errors !== undefined) throw new Error(composition.errors.join('\n'));
  return { ours: sorted(apiSchemaOf(composition.supergraphSdl)), apollos: sorted(buildSchema(composition.apiSdl)) };
}

test('clients see nothing of federation and its directives', () => {
  expect(printSchema(apiSchemaOf(supergraphSdl()))).not.toMatch(/join__|link__|@link|@join|directive @/);
});

test('our view of the supergraph is the one Apollo derives', () => {
  const { ours, apollos } = bothSchemas(subgraphs);
  expect(ours).toBe(apollos);
});

test('what is inaccessible, and directives under another name, are hidden as Apollo hides them', () => {
  const hiding = aSubgraph(`
    extend schema @link(url: "https://specs.apollo.dev/link/v1.0")
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible", "@composeDirective", { name: "@tag", as: "@label" }])
      @link(url: "https://kith.dev/hush/v1.0", import: [{ name: "@hush", as: "@quiet" }])
      @composeDirective(name: "@quiet")
    directive @quiet on FIELD_DEFINITION
    type Query {
      shown(kept: Int, hidden: Int @inaccessible): Int @quiet @deprecated(reason: "Use \`other\`.")
      labelled(mood: Mood, input: Wish): Int @label(name: "team")
      hidden: Secret @inaccessible
    }
    type Secret @inaccessible { field: Int }
    enum Mood { GOOD BAD @inaccessible }
    input Wish { kept: Int hidden: Int @inaccessible }
  `);
  const { ours, apollos } = bothSchemas([hiding]);
  expect(ours).toBe(apollos);
  expect(ours).toContain('shown(kept: Int): Int @deprecated');
  expect(ours).not.toMatch(/hidden|Secret|BAD|quiet|label\(/i);
});
