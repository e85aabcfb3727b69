import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

const here = import.meta.dirname;

/** Returns a short hash of all that a build depends on: the pages' sources, how they are bundled, and the versions installed. */
export async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await sources()) {
    hash.update(`${relative(here, file)}\0`).update(await readFile(file)).update('\0');
  }
  for (const version of await installedVersions()) hash.update(`${version}\0`);
  return hash.digest('hex').slice(0, 12);
}

async function sources(): Promise<string[]> {
  const entries = await readdir(join(here, 'browser'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return [...files, join(here, 'bundle.ts'), join(here, 'package.json')].sort();
}

// What is installed, not what package.json asks for: `catalog:` names no version.
async function installedVersions(): Promise<string[]> {
  const { dependencies } = await readJson<{ dependencies: Record<string, string> }>(join(here, 'package.json'));
  const names = Object.keys(dependencies).sort();
  return Promise.all(
    names.map(async (name) => {
      const { version } = await readJson<{ version: string }>(join(here, 'node_modules', name, 'package.json'));
      return `${name}@${version}`;
    }),
  );
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T; // package.json files, whose shape npm guarantees
}
