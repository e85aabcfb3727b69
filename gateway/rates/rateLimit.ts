import { createHash } from 'node:crypto';
import type { Clock } from '@kith/kernel/clock.ts';
import type { SharedLogs } from './sharedLogs.ts';
import type { Allowance } from './slidingLog.ts';
import { SlidingLog } from './slidingLog.ts';

/** A limit on how often something may happen, for each key on its own. */
export interface RateLimit {
  /**
   * Counts so many more, all or none. Answers 0 when they may happen, or else after how many milliseconds to try again. `max` is how many
   * may happen where that differs from the limit's own number; what was counted before counts under any.
   */
  take(key: string, count: number, max?: number): Promise<number>;
}

/**
 * Makes a limit. It is counted over all processes where they share logs, and otherwise by this one for itself. This process keeps a log
 * of its own either way: it spares Redis what was refused here already, and when Redis dies, or forgets, nobody starts from nothing.
 */
export function rateLimit(name: string, allowance: Allowance, { shared, clock }: { shared: SharedLogs | null; clock: Clock }): RateLimit {
  const own = new SlidingLog(allowance);
  const common = shared?.log(name, allowance) ?? null;
  const ownWait = (key: string, count: number, max: number): number => own.waitMs(key, count, clock.now().getTime(), max);
  return {
    async take(of, count, max = allowance.max) {
      // Keys are logins and addresses, which are people's own: neither memory nor Redis is to hold them.
      const key = createHash('sha256').update(of).digest('base64url');
      const waitMs = ownWait(key, count, max);
      if (waitMs > 0) return waitMs;
      if (common !== null) {
        const commonWaitMs = await common.take(key, count, max);
        // Others may have passed while Redis was waited for in vain.
        const leftWaitMs = commonWaitMs ?? ownWait(key, count, max);
        if (leftWaitMs > 0) return leftWaitMs;
      }
      own.note(key, count, clock.now().getTime());
      return 0;
    },
  };
}
