import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.ts';
import { testEnvironment } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';

/** An erasure in a process of its own. */
export interface ErasingProcess {
  /** Waits until it has taken so many batches. */
  batches(count: number): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts erasing whoever is due at a moment, in a process of its own. */
export async function startErasing(database: TestDatabase, at: Date): Promise<ErasingProcess> {
  const child = fork(join(import.meta.dirname, 'eraseSlowly.ts'), [at.toISOString()], { env: { PATH: process.env['PATH'], ...testEnvironment(database.url) } });
  let taken = 0;
  child.on('message', () => {
    taken += 1;
  });
  const exited = once(child, 'exit');
  return {
    batches: async (count) => {
      await eventually(() => taken, (seen) => seen >= count, 20_000);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
