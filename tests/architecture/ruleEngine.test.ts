import { describe, expect, test } from 'vitest';
import { importsOf, moduleOf } from './modules.ts';
import { emptyNames, forbiddenImports, forbiddenTexts, idleExceptions, importCircles } from './rules.ts';

describe('imports are found', () => {
  test.each([
    ["import { a } from './a.ts';", './a.ts'],
    ["import type { A } from './a.ts';", './a.ts'],
    ["import a, { type B, c as d } from './a.ts';", './a.ts'],
    ["import * as a from './a.ts';", './a.ts'],
    ["import {\n  a,\n  b,\n} from './a.ts';", './a.ts'],
    ["import './a.ts';", './a.ts'],
    ["export { a } from './a.ts';", './a.ts'],
    ["export type { A } from './a.ts';", './a.ts'],
    ["export * from './a.ts';", './a.ts'],
    ["const a = await import('./a.ts');", './a.ts'],
    ["type A = import('./a.ts').A;", './a.ts'],
    ['import { a } from "./a.ts";', './a.ts'],
    ["/* why */ import { a } from './a.ts'; // because", './a.ts'],
    ["const url = 'https://kith.dev'; import { a } from './a.ts';", './a.ts'],
  ])('in %j', (source, specifier) => {
    expect(importsOf('kernel/b.ts', source).map((imported) => imported.specifier)).toEqual([specifier]);
  });

  test.each(["// import { a } from './a.ts';", "/* import { a } from './a.ts'; */", "const important = 'from';", `const text = "import { a } from './a.ts';";`, "export const from = 'a';", "/**\n * import { a } from './a.ts';\n */"])('and not in %j', (source) => {
    expect(importsOf('kernel/b.ts', source)).toEqual([]);
  });

  test.each([
    ['subgraphs/users/resolvers/user.ts', '../loaders.ts', 'subgraphs/users/loaders.ts', true],
    ['subgraphs/users/loaders.ts', '@kith/kernel/batch.ts', 'kernel/batch.ts', true],
    ['start/together.ts', '@kith/users/usersSubgraph.ts', 'subgraphs/users/usersSubgraph.ts', true],
    ['start/pages.ts', '@kith/gateway-pages/build.ts', 'gateway/pages/build.ts', true],
    ['gateway/graph.ts', '@apollo/server/plugin/disabled', '@apollo/server', false],
    ['gateway/graph.ts', 'drizzle-orm/pg-core', 'drizzle-orm', false],
  ])('from %s to %s', (path, specifier, target, ours) => {
    expect(importsOf(path, `import x from '${specifier}';`)).toEqual([{ specifier, target, ours }]);
  });
});

describe('a violation is found', () => {
  test.each([
    ['kernel/viewer.ts', '@kith/drizzle/database.ts', 'the kernel knows no other package of ours'],
    ['kernel/viewer.ts', '@kith/users/domain/person.ts', 'the kernel knows no other package of ours'],
    ['kernel/viewer.ts', '../gateway/server.ts', 'the kernel knows no other package of ours'],
    ['kernel/viewer.ts', 'postgres', 'the kernel knows no database'],
    ['schema/sdl.ts', '@kith/kernel/role.ts', 'the contract knows no other package of ours'],
    ['mail/layout.ts', '@kith/kernel/log.ts', 'the mail knows no other package of ours'],
    ['drizzle/database.ts', '@kith/sessions/services/signingIn.ts', 'the data knows the kernel only'],
    ['gateway/server.ts', '@kith/drizzle/database.ts', 'the gateway knows the kernel and the contract only'],
    ['gateway/server.ts', '@kith/users/usersSubgraph.ts', 'the gateway knows the kernel and the contract only'],
    ['gateway/server.ts', '../subgraphs/users/usersSubgraph.ts', 'the gateway knows the kernel and the contract only'],
    ['gateway/server.ts', 'drizzle-orm', 'the gateway knows no database'],
    ['subgraphs/users/loaders.ts', '@kith/tenants/loaders.ts', 'a subgraph knows the kernel, the data, the mail and the contract, and no other subgraph'],
    ['subgraphs/users/loaders.ts', '../tenants/loaders.ts', 'a subgraph knows the kernel, the data, the mail and the contract, and no other subgraph'],
    ['subgraphs/users/loaders.ts', '@kith/start/together.ts', 'a subgraph knows the kernel, the data, the mail and the contract, and no other subgraph'],
    ['subgraphs/users/loaders.ts', '@kith/drizzle/tables/users.ts', 'only stores know tables'],
    ['subgraphs/users/services/finding.ts', '@kith/drizzle/tables/users.ts', 'only stores know tables'],
    ['start/database.ts', '@kith/drizzle/tables/users.ts', 'only stores know tables'],
    ['subgraphs/users/services/finding.ts', 'drizzle-orm', 'only stores know Drizzle'],
    ['subgraphs/users/domain/person.ts', 'graphql', 'domain knows itself and the kernel, neither GraphQL nor SQL'],
    ['subgraphs/users/domain/person.ts', 'drizzle-orm/pg-core', 'domain knows itself and the kernel, neither GraphQL nor SQL'],
    ['subgraphs/users/domain/person.ts', '@kith/drizzle/readScope.ts', 'domain knows itself and the kernel, neither GraphQL nor SQL'],
    ['subgraphs/users/domain/person.ts', '../stores/people.ts', 'domain knows itself and the kernel, neither GraphQL nor SQL'],
    ['subgraphs/users/stores/people.ts', '../loaders.ts', 'stores know the domain and the data'],
    ['subgraphs/users/stores/people.ts', '../services/finding.ts', 'stores know the domain and the data'],
    ['subgraphs/users/stores/people.ts', 'graphql', 'stores know the domain and the data'],
    ['subgraphs/users/loaders.ts', './services/finding.ts', 'loaders know stores and the domain'],
    ['subgraphs/users/services/finding.ts', '../context.ts', 'services know loaders, stores and the domain'],
    ['subgraphs/users/services/finding.ts', '../resolvers/user.ts', 'services know loaders, stores and the domain'],
    ['subgraphs/users/context.ts', './stores/people.ts', 'the context knows loaders and services'],
    ['subgraphs/users/resolvers/user.ts', '../stores/people.ts', 'resolvers know services and the domain, through the context'],
    ['subgraphs/users/resolvers/user.ts', '../loaders.ts', 'resolvers know services and the domain, through the context'],
    ['subgraphs/users/resolvers/user.ts', '@kith/drizzle/readScope.ts', 'resolvers know services and the domain, through the context'],
    ['subgraphs/users/parents.ts', './stores/people.ts', 'what resolvers are handed is of the domain'],
    ['subgraphs/users/context.ts', '@kith/schema/sdl.ts', 'only the subgraph itself reads its contract'],
    ['start/together.ts', '@kith/users/main.ts', 'nobody but the process of a subgraph knows its main.ts, and nobody the processes of the start'],
  ])('when %s imports %s', (path, specifier, rule) => {
    expect(forbiddenImports([moduleOf(path, `import { x } from '${specifier}';`)])).toContainEqual({ rule, path, detail: specifier });
    expect(forbiddenImports([moduleOf(path, `import type { X } from '${specifier}';`)])).toContainEqual({ rule, path, detail: specifier });
  });

  test.each([
    ['kernel/notViewer.ts', 'const home = process.env.HOME;', 'the environment is read in one place'],
    ['subgraphs/users/services/finding.ts', 'const now = Date.now();', 'the time is an argument'],
    ['subgraphs/users/domain/person.ts', 'const now = new Date();', 'the time is an argument'],
    ['kernel/everything.ts', "export * from './page.ts';", 'nothing is exported from elsewhere: no barrels'],
    ['kernel/everything.ts', "export { Page } from './page.ts';", 'nothing is exported from elsewhere: no barrels'],
    ['kernel/page.ts', '// TODO later', 'nothing is left to do later'],
  ])('when %s holds %j', (path, source, rule) => {
    expect(forbiddenTexts([moduleOf(path, source)]).map((violation) => violation.rule)).toEqual([rule]);
  });

  test.each(['kernel/utils.ts', 'kernel/helpers.ts', 'gateway/common.ts', 'subgraphs/users/stringUtil.ts', 'schema/index.ts', 'drizzle/types.ts', 'kernel/shared.test.ts'])('in the name %s', (path) => {
    const found = emptyNames([moduleOf(path, '')]);
    expect(found.length).toBe(path === 'subgraphs/users/stringUtil.ts' ? 0 : 1);
  });

  test('in a circle of any length, and none in a chain', () => {
    const chain = [moduleOf('kernel/a.ts', "import './b.ts';"), moduleOf('kernel/b.ts', "import type { C } from './c.ts';"), moduleOf('kernel/c.ts', '')];
    expect(importCircles(chain)).toEqual([]);
    expect(importCircles([...chain.slice(0, 2), moduleOf('kernel/c.ts', "import './a.ts';")])).toEqual([['kernel/a.ts', 'kernel/b.ts', 'kernel/c.ts', 'kernel/a.ts']]);
    expect(importCircles([moduleOf('kernel/a.ts', "import './a.ts';")])).toEqual([['kernel/a.ts', 'kernel/a.ts']]);
  });

  test('when an exception is needed no longer', () => {
    expect(idleExceptions([])).toContain('kernel/config.ts');
    expect(idleExceptions([moduleOf('kernel/config.ts', 'process.env')])).not.toContain('kernel/config.ts');
  });
});

test('what is allowed is not found', () => {
  const allowed: [string, string][] = [
    ['kernel/page.ts', 'zod'],
    ['drizzle/database.ts', '@kith/kernel/viewer.ts'],
    ['gateway/graph.ts', '@kith/schema/sdl.ts'],
    ['subgraphs/users/usersSubgraph.ts', '@kith/schema/sdl.ts'],
    ['subgraphs/users/stores/people.ts', '@kith/drizzle/tables/users.ts'],
    ['subgraphs/users/resolvers/user.ts', '../generated/resolvers.ts'],
    ['subgraphs/users/services/finding.ts', '../loaders.ts'],
    ['start/together.ts', '@kith/users/usersSubgraph.ts'],
    ['subgraphs/users/domain/person.ts', 'node:crypto'],
  ];
  for (const [path, specifier] of allowed) expect(forbiddenImports([moduleOf(path, `import { x } from '${specifier}';`)]), `${path} imports ${specifier}`).toEqual([]);
});
