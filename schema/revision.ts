import { execFileSync } from 'node:child_process';
import { apiSchemaOf } from './apiSchema.ts';
import { readExample } from './exampleOperations.ts';
import type { PublishedContract } from './guards/breaks.ts';

/**
 * Reads the contract as it was in a revision of the repository: its supergraph and its examples. `folder` is the
 * contract's folder. Answers a fault when there is no such revision, or no supergraph in it.
 */
export function contractAt(
  revision: string,
  folder: string = import.meta.dirname,
): { published: PublishedContract } | { fault: string } {
  const commit = git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (commit === null) return { fault: `There is no revision ${revision}.` };
  const supergraphSdl = git(folder, ['show', `${commit.trim()}:./supergraph.graphql`]);
  if (supergraphSdl === null) return { fault: `Revision ${revision} has no schema/supergraph.graphql to compare with.` };
  return { published: { apiSchema: apiSchemaOf(supergraphSdl), examples: examplesAt(commit.trim(), folder) } };
}

// An example whose front matter was broken in that revision was promised to nobody: it is left out.
function examplesAt(commit: string, folder: string): PublishedContract['examples'] {
  const listed = git(folder, ['ls-tree', '--name-only', commit, './operations/']) ?? '';
  return listed
    .split('\n')
    .filter((path) => path.endsWith('.graphql'))
    .map((path) => ({ fileName: path, source: git(folder, ['show', `${commit}:./${path}`]) ?? '' }))
    .flatMap((file) => {
      const read = readExample(file);
      return 'example' in read ? [read.example] : [];
    });
}

function git(folder: string, args: string[]): string | null {
  try {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}
