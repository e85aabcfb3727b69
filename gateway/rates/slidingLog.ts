import { LRUCache } from 'lru-cache';

/** How many may happen within which time. */
export interface Allowance {
  readonly max: number;
  readonly windowMs: number;
}

/** Keys are made up by callers: this many are remembered, the ones seen last. */
const keysMax = 50_000;

/**
 * Remembers when things happened: a sliding log. Within any stretch of time as long as the window no more than `max` are let pass for
 * a key, which a counter that starts anew each minute does not hold: it lets twice as many pass around the turn of the minute.
 */
export class SlidingLog {
  readonly #allowance: Allowance;
  readonly #times = new LRUCache<string, number[]>({ max: keysMax });

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** After how many milliseconds there is room for so many more, where so many may be in all. 0 when there is room now. */
  waitMs(key: string, count: number, nowMs: number, max = this.#allowance.max): number {
    const { windowMs } = this.#allowance;
    if (count > max) return windowMs;
    const times = this.#current(key, nowMs);
    const inTheWay = times[times.length + count - max - 1];
    return inTheWay === undefined ? 0 : inTheWay + windowMs - nowMs;
  }

  /** Remembers that so many more have happened. */
  note(key: string, count: number, nowMs: number): void {
    const times = this.#current(key, nowMs);
    for (let index = 0; index < count; index += 1) times.push(nowMs);
    this.#times.set(key, times);
  }

  /** The times that still count, without those that no longer do. */
  #current(key: string, nowMs: number): number[] {
    const times = this.#times.get(key) ?? [];
    const first = times.findIndex((time) => time > nowMs - this.#allowance.windowMs);
    if (first !== 0) times.splice(0, first === -1 ? times.length : first);
    return times;
  }
}
