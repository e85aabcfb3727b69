import { setTimeout as pause } from 'node:timers/promises';

const pauseMs = 10;

/** Looks again and again until what is seen is as expected, and answers it: for effects of jobs. Throws, with what was seen last, when time is over. */
export async function eventually<Seen>(look: () => Promise<Seen> | Seen, isAsExpected: (seen: Seen) => boolean, deadlineMs = 10_000): Promise<Seen> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (isAsExpected(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`not as expected within ${deadlineMs} ms: ${JSON.stringify(seen)}`);
    await pause(pauseMs);
  }
}
