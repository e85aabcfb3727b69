import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { distFolder, readCurrentBuild } from './currentBuild.ts';
import { fingerprint } from './fingerprint.ts';

const run = promisify(execFile);
const BUILD_TIMEOUT_MS = 180_000;

/**
 * Builds the developer pages into `dist/`, unless what lies there was made of the same sources and versions.
 * Safe to run several times at once: a build is finished aside and then put in place. Throws with Vite's own words.
 */
export async function buildPages(): Promise<{ built: boolean }> {
  const wanted = await fingerprint();
  if ((await readCurrentBuild())?.name === wanted) return { built: false };

  const aside = join(distFolder, `.building-${process.pid}`);
  await mkdir(distFolder, { recursive: true });
  try {
    await bundle(aside, wanted);
    await rename(aside, join(distFolder, wanted)).catch(unlessThere);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await point(wanted);
  return { built: true };
}

// In a process of its own: Vite sets NODE_ENV, keeps both cores and half a gigabyte, and the caller is about to start a graph.
async function bundle(folder: string, name: string): Promise<void> {
  await run(process.execPath, [join(import.meta.dirname, 'bundle.ts'), folder, name], {
    timeout: BUILD_TIMEOUT_MS,
    // Nothing is read from the environment here; under a test's NODE_ENV Vite would build React's development half.
    env: { ...process.env, NODE_ENV: 'production' },
  }).catch((error: Error & { stderr?: string }) => {
    throw new Error(`The developer pages could not be built.\n${error.stderr || error.message}`, { cause: error });
  });
}

// The same build, finished by another process a moment before: either will do.
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
}

async function point(name: string): Promise<void> {
  const next = join(distFolder, `.current-${process.pid}.json`);
  await writeFile(next, JSON.stringify({ name }));
  await rename(next, join(distFolder, 'current.json'));
  const entries = await readdir(distFolder);
  const abandoned = await Promise.all(entries.map(async (entry) => entry !== name && (await isAbandoned(entry))));
  await Promise.all(entries.filter((_, index) => abandoned[index]).map((entry) => rm(join(distFolder, entry), { recursive: true, force: true })));
}

// Earlier builds, and what a killed build left; one that may still be going on is not ours to remove.
async function isAbandoned(entry: string): Promise<boolean> {
  if (/^[0-9a-f]{12}$/.test(entry)) return true;
  if (!entry.startsWith('.')) return false;
  const { mtimeMs } = await stat(join(distFolder, entry)).catch(() => ({ mtimeMs: Infinity }));
  return Date.now() - mtimeMs > BUILD_TIMEOUT_MS;
}

if (import.meta.main) {
  const startedAt = performance.now();
  const { built } = await buildPages();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(built ? `Developer pages built in ${seconds} s.` : 'Developer pages are up to date.');
}
