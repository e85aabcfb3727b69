import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { StartRefused } from './refused.ts';

/** Whether a port can be listened on. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}

/** Refuses a port that somebody listens on already, naming who, and the command that works. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0 || (await isFree(host, port))) return;
  const holder = holderOf(port) ?? 'another program';
  throw new StartRefused(`Port ${port} is taken by ${holder}. Take another one: npm start -- --port ${await nextFree(host, port)}`);
}

async function nextFree(host: string, port: number): Promise<number> {
  let candidate = port + 1;
  while (candidate < 65_535 && !(await isFree(host, candidate))) candidate += 1;
  return candidate;
}

/** Names the program that listens on a port, such as `node (process 4711)`. Null when it cannot be found out, as when it is somebody else's. */
function holderOf(port: number): string | null {
  try {
    return process.platform === 'linux' ? holderByProc(port) : holderByLsof(port);
  } catch {
    return null;
  }
}

const listening = '0A';

function holderByProc(port: number): string | null {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
      readFileSync(table, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === listening && local !== undefined && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
        .map((columns) => `socket:[${columns[9]}]`),
    ),
  );
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (socketsOf(pid).some((socket) => inodes.has(socket))) return `${programOf(pid)} (process ${pid})`;
  }
  return null;
}

/** The program's own name: what the kernel calls a process is, with Node, the name of a thread. */
function programOf(pid: string): string {
  return basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '') || 'a program';
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`));
  } catch {
    return []; // another user's process, or one that has just ended
  }
}

function holderByLsof(port: number): string | null {
  const fields = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');
  const field = (letter: string): string | undefined => fields.find((line) => line.startsWith(letter))?.slice(1);
  const pid = field('p');
  return pid === undefined ? null : `${field('c') ?? 'a program'} (process ${pid})`;
}
