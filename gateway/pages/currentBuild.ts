import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where builds of the pages lie: one folder each, named by fingerprint, and `current.json` pointing at one. */
export const distFolder = join(import.meta.dirname, 'dist');

/** One finished build. */
export interface Build {
  name: string;
  folder: string;
}

/** Returns the build to serve; null when there is none yet. */
export async function readCurrentBuild(dist = distFolder): Promise<Build | null> {
  try {
    const { name } = JSON.parse(await readFile(join(dist, 'current.json'), 'utf8')) as { name?: unknown };
    return typeof name === 'string' && /^[0-9a-f]{12}$/.test(name) ? { name, folder: join(dist, name) } : null;
  } catch {
    return null; // never built, or caught half written by hand: both mean "build it"
  }
}
