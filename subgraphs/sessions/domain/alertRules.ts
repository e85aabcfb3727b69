import type { AlertKind } from './alert.ts';

const minuteMs = 60_000;

/** The spans of time the rules look back over, up to and including the present moment. */
export const lookBackMs = {
  failures: 15 * minuteMs,
  addresses: 60 * minuteMs,
  signIns: 30 * 24 * 60 * minuteMs,
} as const;

const failuresMin = 5;
const addressesMax = 5;
const usualHoursMin = 11;

/** What the history of a person shows at the moment of an attempt to sign in, the attempt itself counted in. */
export interface AttemptsSeen {
  /** Failures within 15 minutes. */
  readonly failures: number;
  /** Different addresses attempts came from within an hour, whatever became of them. */
  readonly addresses: number;
  /** Whether these two were raised within the same spans already: one alert for one wave is enough. */
  readonly failuresToldOf: boolean;
  readonly addressesToldOf: boolean;
}

/** What is known of the sign-ins of a person within 30 days before this one. */
export interface SignInsSeen {
  /** Whether the person ever signed in before, however long ago. */
  readonly everBefore: boolean;
  readonly fromThisAddress: boolean;
  /** The hour (0 to 23, UTC) of each of them. */
  readonly hours: readonly number[];
}

/** What an attempt to sign in, be it a success or a failure, is reason to raise. */
export function alertsOfAttempts(seen: AttemptsSeen): AlertKind[] {
  const kinds: AlertKind[] = [];
  if (seen.failures >= failuresMin && !seen.failuresToldOf) kinds.push('MULTIPLE_FAILED_LOGINS');
  if (seen.addresses > addressesMax && !seen.addressesToldOf) kinds.push('DISTRIBUTED_LOGIN_ATTEMPTS');
  return kinds;
}

/**
 * What a success is reason to raise beside that: an address not seen for 30 days, unless the person has never signed in and any would
 * be new; an hour at which none of more than 10 sign-ins took place. `ipAddress` is null when the address is not known.
 */
export function alertsOfSignIn(seen: SignInsSeen, ipAddress: string | null, now: Date): AlertKind[] {
  const kinds: AlertKind[] = [];
  if (seen.everBefore && !seen.fromThisAddress && ipAddress !== null) kinds.push('NEW_IP_LOGIN');
  if (seen.hours.length >= usualHoursMin && !seen.hours.includes(now.getUTCHours())) kinds.push('UNUSUAL_LOGIN_TIME');
  return kinds;
}
