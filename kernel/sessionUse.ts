import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import type { SessionId } from './ids.ts';
import type { Log } from './log.ts';
import { id } from './viewer.ts';

/** That a session was used, when, and from where. */
export const sessionUse = z.object({ sessionId: id<SessionId>(), usedAt: z.coerce.date(), address: z.string().nullable() });
export type SessionUse = z.infer<typeof sessionUse>;

/** What a gateway sends a sessions subgraph in another process, and where to. */
export const sessionUses = z.array(sessionUse).max(1_000);
export const sessionUsePath = '/session-use';

/** How often one session's use is worth writing down, and how often what has come together is written. */
const perSessionMs = 60_000;
const flushMs = 10_000;
/** How many sessions are remembered, and how many are written at once. */
const rememberedMax = 50_000;
const batchMax = 1_000;

/**
 * Gathers which sessions are used, so that "last seen" costs no request a write: each session once a minute at the most, all of them together
 * every few seconds, beside the requests. What a killed process had gathered is lost: a session then looks unused for seconds more.
 */
export class SessionUseLog {
  readonly #clock: Clock;
  readonly #write: (uses: readonly SessionUse[]) => Promise<void>;
  readonly #log: Log;
  readonly #noted = new LRUCache<SessionId, number>({ max: rememberedMax });
  readonly #timer: NodeJS.Timeout;
  #gathered: SessionUse[] = [];

  constructor(options: { clock: Clock; write: (uses: readonly SessionUse[]) => Promise<void>; log: Log }) {
    this.#clock = options.clock;
    this.#write = options.write;
    this.#log = options.log;
    this.#timer = setInterval(() => void this.flush(), flushMs);
    this.#timer.unref();
  }

  /** Takes note that a session is used. */
  note(sessionId: SessionId, address: string | null): void {
    const usedAt = this.#clock.now();
    if (usedAt.getTime() - (this.#noted.get(sessionId) ?? -Infinity) < perSessionMs) return;
    this.#noted.set(sessionId, usedAt.getTime());
    this.#gathered.push({ sessionId, usedAt, address });
    if (this.#gathered.length >= batchMax) void this.flush();
  }

  /** Writes what has come together. What cannot be written is given up. */
  async flush(): Promise<void> {
    const uses = this.#gathered;
    if (uses.length === 0) return;
    this.#gathered = [];
    await this.#write(uses).catch((error: unknown) => this.#log.warn({ err: error }, 'the use of sessions could not be written'));
  }

  /** Writes the rest and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
