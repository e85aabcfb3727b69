import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServerError } from './serverError.ts';

/** A directory held for one process. */
export interface Claim {
  release(): void;
}

// A process that is just ending gets this long to let go.
const PATIENCE_MS = 1000;
const SQLITE_BUSY = 5;

/**
 * Claims a directory for this process, until released or until the process dies in any way. Refuses a directory already claimed.
 *
 * The claim is SQLite's lock on an empty file: Node has no other lock that the kernel drops with its holder. A file with a
 * process id was rejected: after a SIGKILL its id may belong to anyone, and two starts can both find it stale.
 */
export async function claimDirectory(directory: string): Promise<Claim> {
  const file = join(directory, 'lock');
  // First through Node, whose errors tell a full disk from a missing right; SQLite says "unable to open" to both.
  await appendFile(file, '');
  const lock = new DatabaseSync(file);
  const note = join(directory, 'lock.pid');
  const deadline = Date.now() + PATIENCE_MS;
  while (!tryLock(lock)) {
    if (Date.now() > deadline) {
      lock.close();
      const holder = (await readFile(note, 'utf8').catch(() => '')).trim() || 'unknown';
      throw new EmbeddedServerError(`The database in ${directory} is in use by another Kith (process ${holder}): stop that one first.`);
    }
    await delay(25);
  }
  // Removed first: the file may have been written by root on an ordinary user's data.
  await rm(note, { force: true });
  await writeFile(note, `${process.pid}\n`);
  return { release: () => lock.close() };
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    // Nothing is ever written, so nothing needs a journal file; a killed holder would leave it behind.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
