import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { interrupt, isAlive, isServerOf } from './process.ts';
import { EmbeddedServerError } from './serverError.ts';

const SHUTDOWN_MS_MAX = 60_000;

/**
 * Ends the server that a killed Kith left running on a cluster, and waits until it has written everything. A process id file
 * that names some other process is removed, and that process is left alone.
 *
 * Ended rather than reused: the new start may want other settings, and a server that is nobody's child is awkward to watch.
 */
export async function endOrphan(cluster: string, binaries: Binaries): Promise<void> {
  const pid = readServerFile(cluster)?.pid;
  if (pid === undefined || !isAlive(pid)) return;
  if (!isServerOf(pid, cluster)) {
    // PostgreSQL would refuse to start, it only asks whether the process exists. Two servers on one cluster stay impossible:
    // it also looks for the other's shared memory, by the directory itself.
    rmSync(join(cluster, 'postmaster.pid'), { force: true });
    return;
  }
  interrupt(pid, binaries);
  const deadline = Date.now() + SHUTDOWN_MS_MAX;
  // Asks for the server, not for the process: under a container's init that collects nobody, a dead one keeps its id.
  while (isServerOf(pid, cluster)) {
    if (Date.now() > deadline) {
      throw new EmbeddedServerError(`An earlier PostgreSQL (process ${pid}) on ${cluster} does not stop: end it and start again.`);
    }
    await delay(10);
  }
}

/** What a server says of itself in postmaster.pid. */
export interface ServerFile {
  pid: number;
  ready: boolean;
}

/** Reads postmaster.pid; undefined when there is none or it is not written yet. */
export function readServerFile(cluster: string): ServerFile | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
  } catch {
    return undefined;
  }
}
