import type { Import, Module } from './modules.ts';

/** What a file does that the architecture does not allow. */
export interface Violation {
  readonly rule: string;
  readonly path: string;
  readonly detail: string;
}

interface ImportRule {
  readonly rule: string;
  /** The files it is about. */
  readonly of: RegExp;
  /** Which of their imports it allows. */
  readonly allows: (imported: Import, path: string) => boolean;
}

/** The package a file belongs to: `kernel`, or `subgraphs/users`. */
export function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'subgraphs' ? `${first}/${second}` : first;
}

const within = (imported: Import, path: string): boolean => packageOf(imported.target) === packageOf(path);
/** Its own files, those of some packages, and whatever is not ours. */
const packages = (...allowed: readonly string[]) => (imported: Import, path: string): boolean => !imported.ours || within(imported, path) || allowed.includes(packageOf(imported.target));

/** What a layer of a subgraph may know: other parts of the same subgraph, parts of our packages, packages that are not ours. */
const layer = (own: readonly string[], ours: readonly (string | RegExp)[], others: readonly string[]) => (imported: Import, path: string): boolean => {
  if (!imported.ours) return others.includes(imported.target);
  if (!within(imported, path)) return ours.some((allowed) => (typeof allowed === 'string' ? packageOf(imported.target) === allowed : allowed.test(imported.target)));
  const inside = imported.target.slice(packageOf(path).length + 1);
  // What the services work with stands beside them, named after its subgraph.
  if (own.includes('parts') && /^[a-z]+Parts\.ts$/.test(inside)) return true;
  return own.some((part) => inside === part || inside.startsWith(`${part}/`));
};

const notTables = /^drizzle\/(?!tables\/)/;

/** Who may know whom. The arrows run one way: process, subgraph, resolvers, context, services and loaders, stores, domain. */
export const importRules: readonly ImportRule[] = [
  { rule: 'the kernel knows no other package of ours', of: /^kernel\//, allows: packages() },
  { rule: 'the contract knows no other package of ours', of: /^schema\//, allows: packages() },
  { rule: 'the mail knows no other package of ours', of: /^mail\//, allows: packages() },
  { rule: 'the data knows the kernel only', of: /^drizzle\//, allows: packages('kernel') },
  { rule: 'the gateway knows the kernel and the contract only', of: /^gateway\/(?!main\.ts$)/, allows: packages('kernel', 'schema') },
  {
    rule: 'the process of the gateway knows of the data how revocations and the rules of tenants are followed, and nothing else',
    of: /^gateway\/main\.ts$/,
    allows: (imported, path) => ['drizzle/followingRevocations.ts', 'drizzle/followingTenantRules.ts'].includes(imported.target) || packages('kernel', 'schema')(imported, path),
  },
  { rule: 'a subgraph knows the kernel, the data, the mail and the contract, and no other subgraph', of: /^subgraphs\//, allows: packages('kernel', 'drizzle', 'mail', 'schema') },
  { rule: 'the gateway knows no database', of: /^gateway\//, allows: ({ target }) => !['drizzle-orm', 'postgres', 'pg'].includes(target) },
  // The feed listens to the database in every process, the gateway too, which has no other way to it: by one port, and no table.
  { rule: 'the kernel knows no database', of: /^kernel\/(?!revocationFeed\.ts$)/, allows: ({ target }) => !['drizzle-orm', 'postgres', 'pg'].includes(target) },
  { rule: 'only stores know tables', of: /^(?:subgraphs\/[a-z]+\/(?!stores\/)|start\/|gateway\/|schema\/)/, allows: ({ target }) => !target.startsWith('drizzle/tables/') },
  { rule: 'only stores know Drizzle', of: /^subgraphs\/[a-z]+\/(?!stores\/)/, allows: ({ target }) => target !== 'drizzle-orm' && target !== 'postgres' },
  { rule: 'domain knows itself and the kernel, neither GraphQL nor SQL', of: /^subgraphs\/[a-z]+\/domain\//, allows: layer(['domain'], ['kernel'], ['zod', 'bowser', 'uuid', 'otpauth', 'luxon', 'libphonenumber-js']) },
  { rule: 'stores know the domain and the data', of: /^subgraphs\/[a-z]+\/stores\//, allows: layer(['domain', 'stores'], ['kernel', 'drizzle'], ['drizzle-orm']) },
  { rule: 'loaders know stores and the domain', of: /^subgraphs\/[a-z]+\/loaders\.ts$/, allows: layer(['domain', 'stores'], ['kernel', notTables], ['dataloader']) },
  {
    rule: 'services know loaders, stores and the domain',
    of: /^subgraphs\/[a-z]+\/services\//,
    allows: layer(['domain', 'stores', 'loaders.ts', 'services', 'generated', 'parts'], ['kernel', 'mail', notTables], ['zod', 'uuid', 'jose', 'qrcode']),
  },
  { rule: 'the context knows loaders and services', of: /^subgraphs\/[a-z]+\/context\.ts$/, allows: layer(['domain', 'loaders.ts', 'services', 'parts'], ['kernel', notTables], []) },
  { rule: 'resolvers know services and the domain, through the context', of: /^subgraphs\/[a-z]+\/resolvers\//, allows: layer(['domain', 'services', 'generated'], ['kernel'], []) },
  { rule: 'what resolvers are handed is of the domain', of: /^subgraphs\/[a-z]+\/parents\.ts$/, allows: layer(['domain'], ['kernel'], []) },
  { rule: 'only the subgraph itself reads its contract', of: /^subgraphs\/[a-z]+\/(?![a-z]+Subgraph\.ts$)/, allows: ({ target }) => !target.startsWith('schema/') },
  { rule: 'nobody but the process of a subgraph knows its main.ts, and nobody the processes of the start', of: /./, allows: ({ target }) => !/(?:^|\/)main\.ts$/.test(target) },
];

/** Lists the imports that a rule does not allow. */
export function forbiddenImports(modules: readonly Module[]): Violation[] {
  return modules.flatMap(({ path, imports }) =>
    importRules
      .filter(({ of }) => of.test(path))
      .flatMap(({ rule, allows }) => imports.filter((imported) => !imported.specifier.startsWith('node:') && !allows(imported, path)).map(({ specifier }) => ({ rule, path, detail: specifier }))),
  );
}

// A file that reads the environment beside the one that may must be named here, with the reason.
const readsEnvironment: Readonly<Record<string, string>> = {
  'kernel/config.ts': 'reads and checks it for everybody',
  'start/starting.ts': 'hands it on, with what was set up, to be read and checked',
  'gateway/noCallsHome.ts': 'switches off what a library would otherwise send home: it reads nothing',
  'gateway/pages/build.ts': 'hands it on to the program that builds the pages, which is no part of a running process',
};

interface TextRule {
  readonly rule: string;
  readonly of: RegExp;
  readonly forbids: RegExp;
  readonly but?: Readonly<Record<string, string>>;
}

/** What must not stand in a file. */
const textRules: readonly TextRule[] = [
  { rule: 'the environment is read in one place', of: /./, forbids: /\bprocess\.env\b/, but: readsEnvironment },
  { rule: 'the time is an argument', of: /^subgraphs\/[a-z]+\/(?:domain|services|stores|resolvers)\//, forbids: /\bDate\.now\(|\bnew Date\(\s*\)/ },
  { rule: 'nothing is exported from elsewhere: no barrels', of: /./, forbids: /^export (?:\*|\{[^}]*\}) from /m },
  { rule: 'nothing is left to do later', of: /./, forbids: /\b(?:TODO|FIXME|XXX)\b/ },
];

/** Lists the files that hold what they must not. */
export function forbiddenTexts(modules: readonly Module[]): Violation[] {
  return modules.flatMap(({ path, source }) =>
    textRules
      .filter(({ of, forbids, but = {} }) => of.test(path) && !(path in but) && forbids.test(source))
      .map(({ rule, forbids }) => ({ rule, path, detail: forbids.exec(source)?.[0] ?? '' })),
  );
}

/** Names the exceptions that are none any more. */
export function idleExceptions(modules: readonly Module[]): string[] {
  return textRules.flatMap(({ forbids, but = {} }) => Object.keys(but).filter((path) => !modules.some((module) => module.path === path && forbids.test(module.source))));
}

const saysNothing = /(?:^|\/)(?:utils?|helpers?|common|misc|shared|stuff|lib|index|types|constants)(?:\.[a-z]+)*\.tsx?$/i;

/** Lists the files whose names do not say what they hold. */
export function emptyNames(modules: readonly Module[]): Violation[] {
  return modules.filter(({ path }) => saysNothing.test(path)).map(({ path }) => ({ rule: 'a file bears the name of what it holds', path, detail: path }));
}

/** Finds a way that leads from a file back to itself, for each circle one. */
export function importCircles(modules: readonly Module[]): string[][] {
  const targets = new Map(modules.map(({ path, imports }) => [path, imports.filter(({ ours }) => ours).map(({ target }) => target)]));
  const done = new Set<string>();
  const circles: string[][] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const begun = way.indexOf(path);
    if (begun >= 0) circles.push([...way.slice(begun), path]);
    if (begun >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return circles;
}
