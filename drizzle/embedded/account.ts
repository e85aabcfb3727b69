import { chmod, lchown, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedServerError } from './serverError.ts';

/** The operating system account that runs PostgreSQL when Kith itself is root: PostgreSQL refuses to run as root. */
export interface Account {
  uid: number;
  gid: number;
}

/** Finds an account without rights for PostgreSQL. It must stand in /etc/passwd: initdb refuses a uid that has no name. */
export async function findUnprivilegedAccount(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['nobody', 'postgres', 'daemon']) {
    const found = lines.find(([name]) => name === wanted);
    // macOS writes nobody as -2; the kernel means 4294967294.
    if (found?.[2] && found[3]) return { uid: Number(found[2]) >>> 0, gid: Number(found[3]) >>> 0 };
  }
  throw new EmbeddedServerError('PostgreSQL refuses to run as root, and /etc/passwd names no account (nobody) to run it as.');
}

/** Tells whether the account may enter `path` and every folder above it, by their modes; access lists are not looked at. */
export async function mayReach(account: Account, path: string): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return dirname(path) === path || mayReach(account, dirname(path));
}

/** Makes the account the owner of `path` and everything in it. */
export async function giveTo({ uid, gid }: Account, path: string): Promise<void> {
  await lchown(path, uid, gid);
  if (!(await stat(path)).isDirectory()) return;
  for (const entry of await readdir(path, { recursive: true })) await lchown(join(path, entry), uid, gid);
}

/** Lets every account enter the folders from `first` down to `last`, without letting it list them. */
export async function openPath(first: string, last: string): Promise<void> {
  for (let path = last; ; path = dirname(path)) {
    await chmod(path, ((await stat(path)).mode & 0o777) | 0o011);
    if (path === first || path === dirname(path)) return;
  }
}
