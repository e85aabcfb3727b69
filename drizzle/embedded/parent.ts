import type { ChildProcess } from 'node:child_process';
import type { Binaries } from './binaries.ts';
import { interrupt } from './process.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const running = new Map<ChildProcess, Binaries>();

/**
 * Sees to it that a server does not outlive this process: it is asked to shut down when the process exits, and when a signal
 * ends a process that handles none itself. Only SIGKILL leaves it, for the next start to end.
 */
export function endWithParent(child: ChildProcess, binaries: Binaries): void {
  if (running.size === 0) {
    process.on('exit', endAll);
    for (const signal of SIGNALS) process.on(signal, endAllAndDie);
  }
  running.set(child, binaries);
  child.once('exit', () => {
    running.delete(child);
    if (running.size > 0) return;
    process.off('exit', endAll);
    for (const signal of SIGNALS) process.off(signal, endAllAndDie);
  });
}

function endAll(): void {
  for (const [{ pid }, binaries] of running) if (pid !== undefined) interrupt(pid, binaries);
}

function endAllAndDie(signal: NodeJS.Signals): void {
  // Somebody else listens: they decide whether the process ends, and stop() or the exit is theirs to call.
  if (process.listenerCount(signal) > 1) return;
  endAll();
  process.off(signal, endAllAndDie);
  process.kill(process.pid, signal);
}
