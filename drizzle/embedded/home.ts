import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readlink, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findUnprivilegedAccount, giveTo, mayReach, openPath, type Account } from './account.ts';
import { EmbeddedServerError } from './serverError.ts';

/**
 * Where the data is, and who runs PostgreSQL on it (undefined: whoever runs Kith).
 *
 * | who starts Kith | where the data is |
 * |---|---|
 * | an ordinary user | `directory/cluster` |
 * | root, and nobody can enter `directory` | `directory/cluster`, owned by nobody |
 * | root, and nobody cannot (a checkout under /root) | `/var/lib/kith/postgres/<id>/cluster`, to which `directory/cluster` is a link |
 * | root, on data an ordinary user made | where it is, run as that user |
 */
export interface Home {
  path: string;
  account: Account | undefined;
}

const FAR_HOMES = '/var/lib/kith/postgres';

/** Refuses a directory whose data belongs to another user; root may use anybody's. */
export async function requireOwnData(directory: string): Promise<void> {
  const uid = process.getuid?.();
  const owner = await ownerOf(join(directory, 'cluster'));
  if (owner === undefined || uid === undefined || uid === 0 || owner.uid === uid) return;
  throw new EmbeddedServerError(
    `The database in ${directory} belongs to user ${owner.uid}, not to you: it was probably made by root. ` +
      'Start as that user, or remove the directory, which deletes the data.',
  );
}

/** Finds the home of a directory's data, or prepares one. Refuses data that the account which owns it cannot reach. */
export async function findHome(directory: string): Promise<Home> {
  if (process.getuid?.() === 0) return findHomeAsRoot(directory);
  const link = await linkOf(directory);
  return { path: link ? dirname(link) : directory, account: undefined };
}

async function findHomeAsRoot(directory: string): Promise<Home> {
  const link = await linkOf(directory);
  const path = link ? await adoptFarHome(directory, link) : directory;
  const owner = await ownerOf(join(path, 'cluster'));
  const account = owner && owner.uid !== 0 ? owner : await findUnprivilegedAccount();
  if (await mayReach(account, path)) {
    // Data that root copied from elsewhere: PostgreSQL opens only what its own account owns.
    if (owner?.uid === 0) await giveTo(account, join(path, 'cluster'));
    return { path, account };
  }
  if (!owner) return { path: await makeFarHome(directory), account };
  throw new EmbeddedServerError(
    `PostgreSQL runs as user ${account.uid} because it refuses to run as root, and that user cannot enter ${path} any more: ` +
      'give the folders above it back the right to be entered (chmod o+x), or move the checkout.',
  );
}

// Opening /root to everybody would be the other way; a start command must not loosen someone's home folder.
async function makeFarHome(directory: string): Promise<string> {
  const home = join(FAR_HOMES, randomUUID());
  const first = await mkdir(home, { recursive: true });
  await openPath(first ?? home, home);
  await writeFile(join(home, 'origin'), directory);
  // Before the cluster exists: a crash in between leaves a link to nothing, which the next start fills.
  await symlink(join(home, 'cluster'), join(directory, 'cluster'));
  return home;
}

// The link travels with `cp -r` and `mv` of a checkout. A moved one keeps its data; a copy gets its own.
async function adoptFarHome(directory: string, link: string): Promise<string> {
  const home = dirname(link);
  const origin = await readFile(join(home, 'origin'), 'utf8').catch(() => undefined);
  if (origin === undefined || origin === directory) {
    await mkdir(home, { recursive: true });
    return home;
  }
  if ((await linkOf(origin)) === link) {
    await unlink(join(directory, 'cluster'));
    return directory;
  }
  await writeFile(join(home, 'origin'), directory);
  return home;
}

async function linkOf(directory: string): Promise<string | undefined> {
  return readlink(join(directory, 'cluster')).catch(() => undefined);
}

async function ownerOf(path: string): Promise<Account | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
