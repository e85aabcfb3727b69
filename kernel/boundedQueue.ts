import pLimit from 'p-limit';

/** Runs work of which only so much may be under way, and only so much may wait, for so long. */
export interface BoundedQueue {
  /** Runs `work` when its turn comes. Fails with `refuse()` at once when too much waits already, and at its turn when that came too late. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface BoundedQueueOptions {
  readonly concurrency: number;
  readonly waitingMax: number;
  /** What has waited longer is refused rather than begun: whoever asked has given up by then, or soon will. */
  readonly waitMsMax: number;
  /** Makes the error that whoever is refused is answered with. */
  readonly refuse: () => Error;
}

/** Makes a queue. */
export function boundedQueue({ concurrency, waitingMax, waitMsMax, refuse }: BoundedQueueOptions): BoundedQueue {
  const limit = pLimit(concurrency);
  return {
    async run(work) {
      // p-limit counts what starts within this tick as waiting, too.
      if (limit.activeCount + limit.pendingCount >= concurrency + waitingMax) throw refuse();
      const askedAt = performance.now();
      return limit(async () => {
        if (performance.now() - askedAt > waitMsMax) throw refuse();
        return work();
      });
    },
  };
}
