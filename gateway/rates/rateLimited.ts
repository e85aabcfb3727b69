import { RequestError } from '@kith/kernel/errors.ts';

/** Too much within too little time: what was asked for has not been done, and can be asked for again. */
export class RateLimited extends RequestError {
  readonly retryAfterSeconds: number;

  constructor(what: string, waitMs: number) {
    const seconds = Math.max(Math.ceil(waitMs / 1_000), 1);
    super('RATE_LIMITED', `${what} Try again in ${inWords(seconds)}.`);
    this.retryAfterSeconds = seconds;
  }
}

function inWords(seconds: number): string {
  if (seconds === 1) return '1 second';
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
