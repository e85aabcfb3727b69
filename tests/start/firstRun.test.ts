import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const startMsMax = 60_000;

/** Kith as `npm start` runs it, by way of the bootstrap, on a data directory of the test's own. */
interface Running {
  readonly child: ChildProcess;
  /** All that it has printed. */
  output(): string;
  /** Waits until a text is printed and answers the output. Fails when the process ends before that. */
  printed(text: string | RegExp): Promise<string>;
  ended(): Promise<number | NodeJS.Signals>;
}

let dataDirectory: string;
const started: Running[] = [];

function run(args: string[], environment: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'start/main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIRECTORY: dataDirectory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  const exit = once(child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? 0);
  const running: Running = {
    child,
    output: () => text,
    ended: () => exit,
    printed: (wanted) =>
      new Promise((fulfil, reject) => {
        const deadline = setTimeout(() => reject(new Error(`never printed ${wanted}:\n${text}`)), startMsMax);
        const look = (): void => {
          if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
          clearTimeout(deadline);
          fulfil(text);
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        void exit.then((code) => reject(new Error(`ended with ${code} before it printed ${wanted}:\n${text}`)));
        look();
      }),
  };
  started.push(running);
  return running;
}

/** The address of the graph and the token in the request that the banner offers. */
function offeredBy(output: string): { url: string; token: string } {
  const [, url = '', token = ''] = /curl -s (\S+) .*Bearer ([^']+)'/.exec(output) ?? [];
  return { url, token };
}

async function me({ url, token }: { url: string; token: string }): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ me { username } currentSession { id } }' }),
  });
  return response.json();
}

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'kith-first-run-'));
  // Made by root it is closed to the account that runs PostgreSQL for root.
  await chmod(dataDirectory, 0o755);
});

afterEach(async () => {
  for (const { child } of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
  await rm(dataDirectory, { recursive: true, force: true });
});

describe('npm start', () => {
  it('prints a request that works as it stands, stops at Ctrl-C without leaving anything, and finds everything as it was left', async () => {
    const first = run(['--port', '0']);
    const offered = offeredBy(await first.printed('Ctrl-C stops everything.'));
    expect(await me(offered)).toMatchObject({ data: { me: { username: 'ada' }, currentSession: { id: expect.any(String) } } });
    first.child.kill('SIGINT');
    expect(await first.ended()).toBe(0);
    await expect(me(offered)).rejects.toThrow();

    const second = run(['--port', '0']);
    const again = offeredBy(await second.printed('Ctrl-C stops everything.'));
    // The old token is of the session, the signing key and the person that the first run made.
    expect(await me({ url: again.url, token: offered.token })).toMatchObject({ data: { me: { username: 'ada' }, currentSession: { id: expect.any(String) } } });
  }, 180_000);

  it('finds everything as it was left after a SIGKILL too, and starts over with --fresh', async () => {
    const first = run(['--port', '0']);
    const offered = offeredBy(await first.printed('Ctrl-C stops everything.'));
    const pid = Number(/"pid":(\d+)/.exec(first.output())?.[1]);
    process.kill(pid, 'SIGKILL');
    await first.ended();

    const second = run(['--port', '0']);
    const again = offeredBy(await second.printed('Ctrl-C stops everything.'));
    expect(await me({ url: again.url, token: offered.token })).toMatchObject({ data: { currentSession: { id: expect.any(String) } } });
    second.child.kill('SIGTERM');
    await second.ended();

    const fresh = run(['--port', '0', '--fresh']);
    const anew = offeredBy(await fresh.printed('Ctrl-C stops everything.'));
    // The key that signed the old token is gone with the old database.
    expect(await me({ url: anew.url, token: offered.token })).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await me(anew)).toMatchObject({ data: { me: { username: 'ada' } } });
  }, 180_000);

  it('says in one line who holds a busy port, and which command works', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const refused = run(['--port', String(port)]);
      expect(await refused.ended()).toBe(1);
      expect(refused.output().trim()).toMatch(new RegExp(`^Port ${port} is taken by \\S+ \\(process ${process.pid}\\)\\. Take another one: npm start -- --port \\d+$`));
    } finally {
      holder.close();
    }
  });

  it('lists every mistake of the configuration at once', async () => {
    const refused = run([], { LOG_LEVEL: 'loud', TOPOLOGY: 'scattered', CONTEXT_SECRET: 'short' });
    expect(await refused.ended()).toBe(1);
    expect(refused.output()).toMatch(/LOG_LEVEL/);
    expect(refused.output()).toMatch(/TOPOLOGY/);
    expect(refused.output()).toMatch(/CONTEXT_SECRET: must have at least 32 characters/);
    expect(refused.output()).not.toMatch(/ at .*\.ts/);
  });

  it('runs the same graph as five processes with --apart, and ends all five', async () => {
    const running = run(['--port', '0', '--apart']);
    const offered = offeredBy(await running.printed('Ctrl-C stops everything.'));
    expect(await me(offered)).toMatchObject({ data: { me: { username: 'ada' } } });
    const pids = new Set([...running.output().matchAll(/"pid":(\d+),[^\n]*"msg":"listening"/g)].map(([, pid]) => Number(pid)));
    expect(pids.size).toBe(5);
    running.child.kill('SIGINT');
    expect(await running.ended()).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
  }, 180_000);
});
