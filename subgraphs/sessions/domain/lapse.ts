import { revocationsKeptMs } from '@kith/kernel/revocations.ts';
import { knownDeviceRule } from './knownDevice.ts';
import { lockoutRule } from './lockout.ts';
import { resetRule } from './passwordReset.ts';
import { retryMsMax } from './refreshToken.ts';
import { retiredKeptMs } from './signingKey.ts';

const hourMs = 3_600_000;

/**
 * How long after its moment each thing is of use to anybody. What carries its own end is kept for an hour more where people are told apart
 * "too late" from "wrong"; what still counts in the very millisecond its time is over goes one later. In this order: a session goes after the last of its tokens.
 */
export function keptMs(accessTokenTtlSeconds: number) {
  return {
    successors: retryMsMax + 1,
    refresh_tokens: 0,
    sessions: 0,
    two_factor_challenges: hourMs,
    password_resets: hourMs,
    unconfirmed_factors: hourMs,
    lockouts: lockoutRule.failuresApartMsMax + 1,
    known_devices: knownDeviceRule.rememberedMs,
    reset_requests: resetRule.withinMs + 1,
    revocations: revocationsKeptMs(accessTokenTtlSeconds),
    signing_keys: retiredKeptMs(accessTokenTtlSeconds),
  } as const;
}
