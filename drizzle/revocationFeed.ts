import type { Clock } from '@kith/kernel/clock.ts';
import { within } from '@kith/kernel/deadline.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { Revocations } from '@kith/kernel/revocations.ts';
import { readRevocation, revocation } from '@kith/kernel/revocations.ts';
import postgres from 'postgres';

/** The channel PostgreSQL tells of revocations on, at their commit. */
export const revocationsChannel = 'kith_revocations';

export interface RevocationFeedOptions {
  /** How the role that may ask for revocations connects. A direct connection: LISTEN does not pass through a transaction pooler. */
  readonly url: string;
  readonly revocations: Revocations;
  /** How long revocations are kept: so far back is asked for. */
  readonly keptMs: number;
  /** How long tokens are believed on the strength of what was last known. */
  readonly believedMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often the database is asked whether something was missed: several times while tokens are believed without an answer. */
const pollMsMax = 5_000;
const pollsWhileBelieved = 3;
const pollTimeoutMs = 2_000;
/** As much is asked for again each time: one whose transaction took its time, or whose clock was behind, is not missed. */
const overlapMs = 120_000;
/** More than a process keeps one by one. */
const rowsMax = 100_000;

/**
 * Keeps a process's revocations in step with the database: LISTEN tells of each at its commit, and every few seconds the database is asked
 * for the latest, which finds what was missed and shows that the connection lives. When it has not answered for `believedMs`, nobody
 * knows who was signed out meanwhile, and `isLost` says so.
 */
export class RevocationFeed {
  readonly #options: RevocationFeedOptions;
  #client: postgres.Sql;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = -Infinity;
  #down = false;
  #stopped = false;
  #everything = true;

  constructor(options: RevocationFeedOptions) {
    this.#options = options;
    this.#client = this.#connect();
  }

  /** Begins, and waits for the first answer of the database, though not for ever: without one the process comes up not ready. */
  async start(): Promise<void> {
    await this.#poll();
    this.#timer = setInterval(() => void this.#poll(), Math.min(pollMsMax, this.#options.believedMs / pollsWhileBelieved));
    this.#timer.unref();
  }

  /** Whether revocations may have been missed for longer than tokens are believed. */
  isLost(): boolean {
    return performance.now() - this.#heardAt > this.#options.believedMs;
  }

  /** Throws when the database has not answered the last question: before anybody is refused, this process should be asked no more. */
  requireUp(): void {
    if (this.#down || this.#heardAt === -Infinity) throw new Error('revocations cannot be followed');
  }

  /** Ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#client.end({ timeout: 1 });
  }

  #connect(): postgres.Sql {
    const client = postgres(this.#options.url, {
      max: 1,
      connect_timeout: 2,
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      backoff: () => 0.25,
      onnotice: () => {},
      connection: { application_name: 'kith-revocations', statement_timeout: pollTimeoutMs },
    });
    // Each time it listens anew there is a gap behind it, in which something may have been missed.
    const heard = (): void => {
      this.#everything = true;
      void this.#poll();
    };
    client.listen(revocationsChannel, (message) => this.#hear(message), heard).catch(() => {}); // it tries again by itself, and polling says how it stands
    return client;
  }

  #hear(message: string): void {
    const heard = readRevocation(message);
    if (heard !== null) {
      this.#options.revocations.add(heard);
      return;
    }
    this.#options.log.error('a message about a revocation could not be read');
    void this.#poll(); // what it was about stands in the database
  }

  async #poll(): Promise<void> {
    const client = this.#client;
    const askedAt = performance.now();
    const everything = this.#everything;
    try {
      await within(pollTimeoutMs, 'asking for revocations', this.#ask(client, everything));
      if (everything) this.#everything = false;
      this.#heardAt = Math.max(this.#heardAt, askedAt);
      if (this.#down) this.#options.log.info('revocations can be followed again');
      this.#down = false;
    } catch (error) {
      if (this.#stopped) return;
      if (!this.#down) this.#options.log.error({ err: error }, 'revocations cannot be followed');
      this.#down = true;
      this.#everything = true;
      this.#reconnect(client);
    }
  }

  /** A connection may hang without ever saying so: a new one takes its place. */
  #reconnect(client: postgres.Sql): void {
    if (client !== this.#client) return;
    void client.end({ timeout: 0 }).catch(() => {});
    this.#client = this.#connect();
  }

  async #ask(client: postgres.Sql, everything: boolean): Promise<void> {
    const { revocations, keptMs, clock } = this.#options;
    const since = new Date(clock.now().getTime() - (everything ? keptMs : Math.min(overlapMs, keptMs)));
    const rows = await client`
      select session_id as "sessionId", user_id as "userId", tenant_id as "tenantId", revoked_at as "revokedAt" from sessions.recent_revocations(${since}, ${rowsMax})`;
    const found = rows.map((row) => revocation.parse(row)).toReversed();
    for (const one of found) revocations.add(one);
    const [oldest] = found;
    // Cut off: what lies before the oldest of them is not known.
    if (found.length === rowsMax && oldest !== undefined) revocations.revokeEverythingUpTo(oldest.revokedAt);
  }
}
