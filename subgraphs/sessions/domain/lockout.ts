import { lockoutHash } from '@kith/kernel/addressHashes.ts';
import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import type { LoginFailure } from './signInDecision.ts';

/** So many failures in a row, no two of them further apart than `failuresApartMsMax`, lock for `lockMs`. */
export const lockoutRule = { failuresMax: 5, failuresApartMsMax: 15 * 60_000, lockMs: 15 * 60_000 } as const;

/**
 * What failures are counted for, each under a keyed hash:
 * - `login`: what was typed, whether anybody goes by it or not. Only this one is ever *said* to be locked to who does not know the password;
 * - `account`: the person behind it, so that e-mail address and username do not make two budgets;
 * - `device`: a known device of a person, which failures from elsewhere must not shut out;
 * - `session`: who is signed in and proves their password or a code again.
 */
export interface LockoutSubject {
  readonly kind: 'login' | 'account' | 'device' | 'session';
  readonly hash: Buffer;
  /** Whose it is; null for a login nobody goes by. */
  readonly userId: UserId | null;
}

/** What makes the subjects of a process. */
export type LockoutSubjects = ReturnType<typeof lockoutSubjects>;

/** Makes the subjects of a process, by its pepper. */
export function lockoutSubjects(pepper: string) {
  const subject = (kind: LockoutSubject['kind'], userId: UserId | null, ...parts: readonly (string | null)[]): LockoutSubject => ({
    kind,
    userId,
    hash: lockoutHash(pepper, kind, ...parts),
  });
  return {
    login: (loginCanonical: string, userId: UserId | null) => subject('login', userId, loginCanonical),
    account: (userId: UserId) => subject('account', userId, 'of', userId),
    /** Stands in for the account of a login nobody goes by, so that counting costs the same. */
    nobodysAccount: (loginCanonical: string) => subject('account', null, 'of nobody', loginCanonical),
    device: (userId: UserId, knownDevice: string) => subject('device', userId, userId, knownDevice),
    session: (userId: UserId, sessionId: SessionId) => subject('session', userId, sessionId),
  };
}

/** Whether it is worth telling a person that this was locked: a login of theirs is locked along with their account. */
export function isToldOf({ kind, userId }: LockoutSubject): boolean {
  return userId !== null && kind !== 'login';
}

/** Whether a failure to sign in was a wrong guess, which counts; how an account stands does not. */
export function isGuess(failure: LoginFailure): boolean {
  return failure === 'UNKNOWN_LOGIN' || failure === 'WRONG_PASSWORD' || failure === 'WRONG_CODE';
}
