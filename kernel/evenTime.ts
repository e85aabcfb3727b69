import { setTimeout as pause } from 'node:timers/promises';

/**
 * Runs something and hands on what comes of it, be it an answer or a throw, only at whole multiples of so many milliseconds after
 * its beginning. Two ways through the work that differ by a few milliseconds cannot be told apart by a clock then.
 */
export async function inEvenTime<T>(stepMs: number, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    await nextStep(stepMs, startedAt);
  }
}

/** The same for what comes to a throw; an answer is handed on at once. Ways to be refused cannot be told apart, and nobody else waits. */
export async function failingInEvenTime<T>(stepMs: number, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } catch (error) {
    await nextStep(stepMs, startedAt);
    throw error;
  }
}

async function nextStep(stepMs: number, startedAt: number): Promise<void> {
  await pause(stepMs - ((performance.now() - startedAt) % stepMs));
}
