import { setImmediate } from 'node:timers/promises';
import { boundedQueue } from '@kith/kernel/boundedQueue.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { PasswordVerdict } from '@kith/kernel/passwordRules.ts';
import { checkPassword } from '@kith/kernel/passwordRules.ts';

// Anybody may ask, under as many aliases as the gateway lets through, and each look takes up to 12 ms of the thread that answers everybody:
// one at a time, and others get their turn in between.
const oneAtATime = boundedQueue({
  concurrency: 1,
  waitingMax: 100,
  waitMsMax: 2_500,
  refuse: () => new RequestError('RATE_LIMITED', 'Too many passwords are being looked at. Try again in a few seconds.'),
});

/** Says how strong a password is, and forgets it. Refuses RATE_LIMITED when too many wait to be looked at. */
export async function lookAtPassword(password: string, personal: readonly string[] | null): Promise<PasswordVerdict> {
  return oneAtATime.run(async () => {
    await setImmediate();
    return checkPassword(password, personal ?? []);
  });
}
