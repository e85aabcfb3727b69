import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Home } from './home.ts';
import { EmbeddedServerError, programFailed } from './serverError.ts';

/** An initialised PostgreSQL data directory and its superuser's password. */
export interface Cluster {
  path: string;
  password: string;
}

/** Name of the superuser. */
export const SUPERUSER = 'kith';

/** Nothing of Kith's own environment, which holds secrets, reaches a server that another account may own. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' };

/** Opens the cluster of a home, or makes one. Refuses a cluster whose password is lost. */
export async function openCluster(home: Home, binaries: Binaries, durable: boolean): Promise<Cluster> {
  const path = join(home.path, 'cluster');
  const passwordFile = join(home.path, 'password');
  if (!existsSync(path)) return createCluster(home, binaries, durable);
  const password = await readFile(passwordFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new EmbeddedServerError(`The password of the database in ${path} is lost: there is no ${passwordFile}.`, { cause });
  });
  return { path, password: password.trim() };
}

async function createCluster(home: Home, binaries: Binaries, durable: boolean): Promise<Cluster> {
  const path = join(home.path, 'cluster');
  const unfinished = join(home.path, 'cluster.new');
  const password = randomBytes(24).toString('base64url');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (home.account) await chown(unfinished, home.account.uid, home.account.gid);
  await replaceFile(join(home.path, 'password'), password);
  await initialise(unfinished, home, binaries, durable);
  // The rename makes it whole or absent: an interrupted initdb leaves only cluster.new, which the next start removes.
  await rename(unfinished, path);
  return { path, password };
}

// LC_CTYPE must know letters beyond ASCII: with C, pg_trgm finds no trigram in "Çağ" although the collation is right.
const CTYPES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

async function initialise(data: string, home: Home, binaries: Binaries, durable: boolean): Promise<void> {
  const passwordFile = join(home.path, 'password.initdb');
  await replaceFile(passwordFile, await readFile(join(home.path, 'password'), 'utf8'));
  if (home.account) await chown(passwordFile, home.account.uid, home.account.gid);
  try {
    for (const ctype of CTYPES) {
      const output = await runInitdb(data, passwordFile, ctype, home, binaries, durable);
      if (output === undefined) return;
      if (!output.includes('invalid locale name')) throw programFailed('The database could not be made', output, data);
    }
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Runs initdb and returns its complaint, or undefined when it made the cluster. */
async function runInitdb(
  data: string,
  passwordFile: string,
  ctype: string,
  home: Home,
  binaries: Binaries,
  durable: boolean,
): Promise<string | undefined> {
  const args = [`--pgdata=${data}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  // PostgreSQL's own C.UTF-8 sorts and folds alike on every machine; a C library's may not.
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--lc-collate=C', `--lc-ctype=${ctype}`, '--no-instructions');
  if (!durable) args.push('--no-sync');
  return new Promise((resolve) => {
    const options = { cwd: home.path, env: SERVER_ENVIRONMENT, ...home.account };
    execFile(binaries.initdb, args, options, (error, stdout, stderr) => {
      resolve(error ? `${stderr || stdout}${error.code === 1 ? '' : error.message}` : undefined);
    });
  });
}

async function replaceFile(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600 });
}
