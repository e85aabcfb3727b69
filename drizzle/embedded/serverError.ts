import { statfs } from 'node:fs/promises';

const WAY_OUT = 'Set DATABASE_URL to use a PostgreSQL server of your own instead.';

/** Says in one sentence why the embedded PostgreSQL cannot run, and what the reader can do. Fit to be shown without a stack. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';

  constructor(reason: string, options?: ErrorOptions) {
    super(`${reason} ${WAY_OUT}`, options);
  }
}

/** Turns what the disk or PostgreSQL itself answered into a sentence about `directory`; anything unknown passes unchanged. */
export async function explainFailure(error: unknown, directory: string): Promise<unknown> {
  if (error instanceof EmbeddedServerError || !(error instanceof Error)) return error;
  // The error's code does not always tell: Node's copy says EIO, and SQLite has its own number.
  const path = 'path' in error && typeof error.path === 'string' ? error.path : directory;
  if ((await isFull(path)) || (await isFull(directory))) return diskFull(directory, error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new EmbeddedServerError(`The embedded PostgreSQL may not use ${directory} (${error.message}).`, { cause: error });
  }
  return error;
}

/** Wraps the output of a PostgreSQL program that failed. */
export function programFailed(what: string, output: string, directory: string): EmbeddedServerError {
  if (output.includes('No space left on device')) return diskFull(directory);
  return new EmbeddedServerError(`${what}:\n${indent(output)}\n`);
}

function diskFull(directory: string, cause?: Error): EmbeddedServerError {
  return new EmbeddedServerError(
    `The disk that holds ${directory} is full: make room (a new database needs about 150 MB) and start again.`,
    cause && { cause },
  );
}

const FULL_BYTES = 16 * 2 ** 20;

async function isFull(path: string): Promise<boolean> {
  const disk = await statfs(path).catch(() => undefined);
  return disk !== undefined && disk.bavail * disk.bsize < FULL_BYTES;
}

function indent(output: string): string {
  return output.trimEnd().replaceAll(/^/gm, '  ');
}
