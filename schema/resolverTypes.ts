import { generate } from '@graphql-codegen/cli';
import { parentTypeNames } from './parentTypes.ts';
import { fieldTypeOf, isConnectionName, namedTypeOf, objectTypesOf } from './sdlElements.ts';
import { parseSubgraph } from './subgraphDocument.ts';
import type { SubgraphName } from './subgraphNames.ts';

/** What the resolver types of a subgraph are made from. */
export interface ResolverTypesSource {
  name: SubgraphName;
  sdl: string;
  /** The text of the subgraph's `parents.ts`, empty when it has none. */
  parents: string;
}

/** Writes the resolver types of subgraphs, by name. */
export async function resolverTypesOf(sources: readonly ResolverTypesSource[]): Promise<Map<SubgraphName, string>> {
  const generated: { filename: string; content: string }[] = await generate(
    {
      // Plugins are looked up from here: only this package depends on them.
      cwd: import.meta.dirname,
      silent: true,
      errorsOnly: true,
      generates: Object.fromEntries(sources.map((source) => [source.name, outputOf(source)])),
    },
    false,
  );
  return new Map(
    sources.map(({ name }) => {
      const output = generated.find(({ filename }) => filename === name);
      if (output === undefined) throw new Error(`graphql-codegen wrote nothing for ${name}.`);
      return [name, withBanner(name, output.content)];
    }),
  );
}

function outputOf({ name, sdl, parents }: ResolverTypesSource) {
  return {
    schema: sdl,
    plugins: ['typescript', 'typescript-resolvers'],
    config: {
      federation: true,
      contextType: `../context.ts#${name.charAt(0).toUpperCase()}${name.slice(1)}Context`,
      mappers: { ...pageMappers(name, sdl), ...parentMappers(parents) },
      enumsAsTypes: true,
      useTypeImports: true,
      skipTypename: true,
      // What a resolver answers may be read-only.
      immutableTypes: true,
      // Tests call a resolver as the function it is.
      makeResolverTypeCallable: true,
      // A resolver may answer undefined for null: loaders and optional columns do. Arguments never hold undefined.
      maybeValue: 'T | null | undefined',
      inputMaybeValue: 'T | null',
      // A new scalar must be given its TypeScript type here before anything compiles.
      strictScalars: true,
      scalars: {
        ID: 'string',
        DateTime: { input: 'Date', output: 'Date | string' },
        Date: 'string',
        Decimal: 'string',
        JSONObject: 'Record<string, unknown>',
        // Part of federation; only ever written in `@key`.
        _FieldSet: 'string',
      },
    },
  };
}

function parentMappers(parents: string): Record<string, string> {
  return Object.fromEntries(parentTypeNames(parents).map((type) => [type, `../parents.ts#${type}Parent`]));
}

// The parent of every connection is the kernel's page of the parents of its nodes, unless parents.ts says otherwise.
function pageMappers(name: SubgraphName, sdl: string): Record<string, string> {
  return Object.fromEntries(
    objectTypesOf(parseSubgraph(name, sdl))
      .filter((type) => isConnectionName(type.name.value))
      .flatMap((type) => {
        const nodes = fieldTypeOf(type, 'nodes');
        return nodes === undefined ? [] : [[type.name.value, `Page<ResolversParentTypes['${namedTypeOf(nodes)}']>`]];
      }),
  );
}

function withBanner(name: SubgraphName, content: string): string {
  const banner = `// Generated from schema/${name}.graphql and subgraphs/${name}/parents.ts by \`pnpm codegen\`. Not committed, not edited.\n`;
  const pageImport = content.includes('Page<') ? "import type { Page } from '@kith/kernel/page.ts';\n" : '';
  return `${banner}${pageImport}${content}`;
}
