import type { Clock } from '@kith/kernel/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  set(now: Date): void;
  advanceSeconds(seconds: number): void;
}

/** Makes a clock that shows the present moment. */
export function testClock(start: Date = new Date()): TestClock {
  let now = start;
  return {
    now: () => now,
    set: (moment) => {
      now = moment;
    },
    advanceSeconds: (seconds) => {
      now = new Date(now.getTime() + seconds * 1_000);
    },
  };
}
