import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Binaries } from './binaries.ts';

/** Asks a PostgreSQL server for a fast shutdown: it ends its clients, writes everything, and leaves nothing to recover. */
export function interrupt(pid: number, binaries: Binaries): void {
  if (process.platform === 'win32') {
    // Windows has no signals; the server listens on a pipe that pg_ctl knows.
    spawnSync(binaries.pgCtl, ['kill', 'INT', String(pid)], { windowsHide: true });
    return;
  }
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Tells whether a process id is taken, by whomever. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Tells whether the process is the PostgreSQL server of this very cluster; a process that merely took over its id is not. */
export function isServerOf(pid: number, cluster: string): boolean {
  const command = commandOf(pid);
  if (command.includes(`postgres -D ${cluster} `) || command.includes(`postgres.exe -D ${cluster} `)) return true;
  // The working directory follows a checkout that was moved under a running server, the command line does not.
  return command.includes('postgres -D ') && workingDirectoryOf(pid) === cluster;
}

/** The command line, unquoted and with a space after each word; empty for a process that is gone, dead or out of sight. */
function commandOf(pid: number): string {
  try {
    return `${readCommand(pid).trim().replaceAll('\0', ' ').replaceAll('"', '')} `;
  } catch {
    return ' ';
  }
}

function readCommand(pid: number): string {
  // Not /proc/<pid>/exe or cwd: root in a container may not read those of another account.
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  if (process.platform !== 'win32') return run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return run('powershell', ['-NoProfile', '-Command', `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`]);
}

function run(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
}

function workingDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
