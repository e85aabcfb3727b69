import type { Log } from './log.ts';

/** A part of a process that has to be closed, in words for the log. */
interface Closing {
  readonly what: string;
  readonly close: () => Promise<void>;
}

/** Closes the parts of a process in the reverse order of their opening, once, each with what is left of one deadline. */
export class Shutdown {
  readonly #closings: Closing[] = [];
  #done: Promise<void> | undefined;

  /** Remembers how to close what was just opened. */
  add(what: string, close: () => Promise<void>): void {
    this.#closings.push({ what, close });
  }

  /** Closes everything. A part that fails to close is logged and does not keep the others open. */
  run(log: Log): Promise<void> {
    this.#done ??= this.#run(log);
    return this.#done;
  }

  async #run(log: Log): Promise<void> {
    for (const { what, close } of this.#closings.toReversed()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, `closing ${what} failed`);
      }
    }
  }

  /**
   * Runs the shutdown on SIGINT, SIGTERM and SIGHUP, then ends the process: with 0 after a clean drain, with 1 when that took
   * longer than `drainMsMax`. A second signal ends it at once.
   */
  onSignals(log: Log, drainMsMax: number): void {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(1);
      asked = true;
      setTimeout(() => process.exit(1), drainMsMax).unref();
      void this.run(log).then(() => process.exit(0));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  }
}
