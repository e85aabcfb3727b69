import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Listening } from '@kith/kernel/serve.ts';
import type { Service } from './composition.ts';
import { repository } from './composition.ts';

/** What the image sets for every process. */
function imageEnvironment(): Record<string, string> {
  const dockerfile = readFileSync(join(repository, 'deploy/Dockerfile'), 'utf8');
  return Object.fromEntries([...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, pairs = '']) => pairs.split(' ').map((pair) => pair.split('=') as [string, string])));
}

/** Runs what a service of the composition runs, with its environment and nothing else, and `changed` where this machine differs. */
export function spawnService({ command = [], environment }: Service, secretsFolder: string, changed: Record<string, string> = {}): ChildProcess {
  const given = Object.entries(environment).flatMap(([name, value]) => (value === null ? [] : [[name, value.replace('/run/secrets', secretsFolder)]]));
  const env = { ...imageEnvironment(), ...Object.fromEntries(given), HOST: '127.0.0.1', ...changed };
  const [program, ...args] = command;
  if (program !== 'node') throw new Error(`the service runs ${program}, not node`);
  return spawn(process.execPath, args, { cwd: process.env['KITH_TESTS_IMAGE'] ?? repository, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}

/** Everything a process that ends by itself has to say. */
export async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  if (child.stdout === null || child.stderr === null) throw new Error('its output is not piped');
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, output: stdout + stderr };
}

/** The port a process has begun to listen on. Throws with its output when it ends before. */
export async function portOf(child: ChildProcess): Promise<number> {
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => said.push(part.toString()));
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as Listening).listening)); // the first thing `serve` says
    child.once('close', (code) => reject(new Error(`ended with ${code} before it listened:\n${said.join('')}`)));
  });
}
