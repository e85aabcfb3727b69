import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder the pages' paths are relative to. */
export const repository = join(import.meta.dirname, '..', '..');

/** A page of documentation. */
export interface DocPage {
  /** Where it is, from the top of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page that is held to be true: those at the top, and all of docs/. */
export function docPages(): DocPage[] {
  const below = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  const paths = ['README.md', 'CONTRIBUTING.md', ...below.map((path) => `docs/${path}`)];
  return paths.map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

/** One page. */
export function docPage(path: string): DocPage {
  return { path, text: readFileSync(join(repository, path), 'utf8') };
}

/** A block of code, with the indentation of a list taken away. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The code blocks of a text, in their order. */
export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^( *)```(\w*)\n([^]*?)\n *```$/gm)].map(([, indent = '', language = '', code = '']) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** What is left of a text without its code blocks. */
export function proseOf(text: string): string {
  return text.replaceAll(/^( *)```\w*\n[^]*?\n *```$/gm, '');
}

/** What stands in backticks in a text, its code blocks aside. */
export function quotedIn(text: string): string[] {
  return [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted);
}
