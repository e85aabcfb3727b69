import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** An import as it stands in a file. */
export interface Import {
  readonly specifier: string;
  /** The imported file from the root of the project, or, for what is not ours, the name of the package. */
  readonly target: string;
  readonly ours: boolean;
}

/** A source file of the product, by its path from the root of the project. */
export interface Module {
  readonly path: string;
  readonly source: string;
  readonly imports: readonly Import[];
}

const root = join(import.meta.dirname, '..', '..');
const subgraphs = ['users', 'tenants', 'sessions', 'gamification'];
/** The folders of the product; tests hold no part of it up. */
export const productFolders = ['kernel', 'drizzle', 'mail', 'schema', 'gateway', 'subgraphs', 'start'];

// Import and export declarations, for types as well, and imports in the midst of code. What begins behind a quotation mark is a text about imports.
const declaration = /(?<!["'`])\b(?:import|export)\s(?:[\w\s{},*$]|'[^']*'\s+as\s)*?from\s*['"]([^'"]+)['"]|\bimport\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]/g;
const comment = /\/\*[\s\S]*?\*\/|(?<=^|[^:'"`\\])\/\/[^\n]*/g;

/** Reads what a file imports. */
export function importsOf(path: string, source: string): Import[] {
  const specifiers = [...source.replaceAll(comment, '').matchAll(declaration)].flatMap(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? []);
  return specifiers.map((specifier) => resolved(path, specifier));
}

function resolved(path: string, specifier: string): Import {
  if (specifier.startsWith('.')) return { specifier, target: normalize(join(dirname(path), specifier)), ours: true };
  const [, name, rest] = /^@kith\/([a-z-]+)\/?(.*)$/.exec(specifier) ?? [];
  if (name !== undefined) return { specifier, target: join(subgraphs.includes(name) ? `subgraphs/${name}` : name.replace('-', '/'), rest ?? ''), ours: true };
  const [scope = '', part] = specifier.split('/');
  return { specifier, target: scope.startsWith('@') ? `${scope}/${part}` : scope, ours: false };
}

/** Makes a module of a text, as a file would be. */
export function moduleOf(path: string, source: string): Module {
  return { path, source, imports: importsOf(path, source) };
}

/** Reads every source file of the product. What is generated or built is not written by hand, and so not judged. */
export function productModules(): Module[] {
  return productFolders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }))
    .filter((path) => !/(?:^|\/)(?:node_modules|generated|dist)\//.test(path))
    .toSorted()
    .map((path) => moduleOf(path, readFileSync(join(root, path), 'utf8')));
}
