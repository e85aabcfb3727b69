import type { UserId } from '@kith/kernel/ids.ts';

/** How a person proves who they are, without any of their secrets. */
export interface SecurityFacts {
  readonly userId: UserId;
  readonly twoFactorEnabled: boolean;
  /** Null for a person without a password. */
  readonly passwordChangedAt: Date | null;
  /** Null without a second factor, and for everybody but the person. */
  readonly backupCodesLeft: number | null;
  /** The lock that holds longest, over or not. Null when there is none. */
  readonly lockedUntil: Date | null;
  readonly failures: number | null;
}

/** A lock after too many failures. */
export interface Lockout {
  readonly lockedUntil: Date;
  readonly failures: number;
}

/** The lock that holds at a moment. Null when none does. */
export function lockoutAt(facts: SecurityFacts | null, now: Date): Lockout | null {
  if (facts === null || facts.lockedUntil === null || facts.failures === null || facts.lockedUntil <= now) return null;
  return { lockedUntil: facts.lockedUntil, failures: facts.failures };
}
