import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Listening } from '@kith/kernel/serve.ts';
import { testEnvironment } from './settings.ts';
import type { TestDatabase } from './testDatabase.ts';

/** A graph in a process of its own. */
export interface KillableGraph {
  readonly url: string;
  /** Ends it as a power cut would: nothing is finished, nothing is closed. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a graph in a process of its own, with the same secrets as all of the tests. */
export async function startKillableGraph(database: TestDatabase, environment: NodeJS.ProcessEnv = {}): Promise<KillableGraph> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'graphProcess.ts')], {
    env: { PATH: process.env['PATH'], ...testEnvironment(database.url), ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the graph ended with ${code} before it was ready`))),
  ])) as [Listening]; // the first thing `serve` says
  const exited = once(child, 'exit');
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return { url: `http://127.0.0.1:${message.listening}`, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
