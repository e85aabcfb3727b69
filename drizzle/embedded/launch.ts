import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { SERVER_ENVIRONMENT } from './cluster.ts';
import type { Home } from './home.ts';
import { readServerFile } from './orphan.ts';
import { endWithParent } from './parent.ts';
import { interrupt } from './process.ts';
import { EmbeddedServerError, programFailed } from './serverError.ts';

/** A PostgreSQL process that accepts connections. */
export interface Launched {
  child: ChildProcess;
  port: number;
}

const ATTEMPTS_MAX = 5;
// Long enough to replay the journal of a server that was killed under load.
const READY_MS_MAX = 120_000;
const SHUTDOWN_MS_MAX = 60_000;
const LOG_TAIL_LINES = 15;

/** Starts PostgreSQL on a cluster and waits until it accepts connections. Refuses with the end of the server's log when it does not. */
export async function launch(
  cluster: string,
  home: Home,
  binaries: Binaries,
  settings: Record<string, string>,
  logFile: string,
): Promise<Launched> {
  keepPreviousLog(logFile);
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const child = await spawnServer(cluster, home, binaries, { ...settings, port: String(port) }, logFile);
    if (await becomesReady(child, cluster, binaries)) return { child, port };
    const log = tailOf(logFile);
    if (attempt === ATTEMPTS_MAX || !mayPass(log)) {
      throw programFailed(`PostgreSQL did not start; the end of ${logFile}`, log, cluster);
    }
    await delay(100);
  }
}

/** Shuts a server down fast and waits for its end; after a minute it is made to end at once, and recovers at the next start. */
export async function shutDown(child: ChildProcess, binaries: Binaries): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  child.ref();
  const ended = once(child, 'exit');
  interrupt(child.pid, binaries);
  const impatience = setTimeout(() => child.kill('SIGQUIT'), SHUTDOWN_MS_MAX);
  await ended;
  clearTimeout(impatience);
}

// One log per start, and the one before: the directory does not grow with every start.
function keepPreviousLog(logFile: string): void {
  rmSync(`${logFile}.previous`, { force: true });
  try {
    renameSync(logFile, `${logFile}.previous`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new EmbeddedServerError('No free port was found on 127.0.0.1.');
  return address.port;
}

async function spawnServer(
  cluster: string,
  home: Home,
  binaries: Binaries,
  settings: Record<string, string>,
  logFile: string,
): Promise<ChildProcess> {
  const args = ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(binaries.postgres, args, {
      cwd: home.path,
      env: SERVER_ENVIRONMENT,
      // Its own process group: Ctrl-C in a terminal goes to Kith alone, which then stops the server in its own order.
      detached: true,
      // A file, not a pipe: a server that outlives a killed Kith must not block or die on its next log line.
      stdio: ['ignore', log, log],
      windowsHide: true,
      ...home.account,
    });
    await once(child, 'spawn');
    endWithParent(child, binaries);
    return child;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedServerError(`The embedded PostgreSQL cannot be run on this machine (${reason}).`, { cause });
  } finally {
    closeSync(log);
  }
}

async function becomesReady(child: ChildProcess, cluster: string, binaries: Binaries): Promise<boolean> {
  const deadline = Date.now() + READY_MS_MAX;
  while (!hasEnded(child)) {
    const file = readServerFile(cluster);
    if (file?.ready && file.pid === child.pid) return true;
    if (Date.now() > deadline) await shutDown(child, binaries);
    await delay(5);
  }
  return false;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

// Somebody took the port in between, or the processes of a killed server are still letting go of its memory.
function mayPass(log: string): boolean {
  return log.includes('could not bind') || log.includes('pre-existing shared memory block');
}

function tailOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
