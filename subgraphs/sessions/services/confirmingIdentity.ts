import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { SignedIn } from '@kith/kernel/viewer.ts';
import type { UserErrorCode } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { countFailure, findLocked, forgetFailures, forgive } from '../stores/lockouts.ts';
import { findPassword } from '../stores/passwords.ts';
import type { RightCode } from './checkingCode.ts';
import { useCode } from './checkingCode.ts';
import { lockAlerts } from './failingToSignIn.ts';
import type { Asking } from './openingSession.ts';
import type { ProvenPassword } from './provingPassword.ts';
import { provePassword } from './provingPassword.ts';
import type { AlertSubject } from './raisingAlerts.ts';
import { raiseAlerts } from './raisingAlerts.ts';
import { refusalOf } from './refusingLogin.ts';

/** Somebody who is signed in and has to prove once more who they are. */
export interface Confirming {
  readonly parts: SessionsParts;
  readonly asking: Asking;
  readonly viewer: SignedIn;
}

/**
 * Has somebody who is signed in prove their password again. Wrong ones count for their session, and lock nothing else: whoever sits at a stolen
 * session gets five guesses, and whoever tries from elsewhere keeps nobody from changing their password here. Refuses INVALID_CREDENTIALS, naming
 * the argument, and ACCOUNT_LOCKED.
 */
export async function confirmPassword(confirming: Confirming, password: string, argument: string): Promise<ProvenPassword> {
  const { parts, viewer } = confirming;
  const { userId } = viewer;
  const scope = { userId, tenantId: viewer.tenantId };
  const subject = parts.lockouts.session(userId, viewer.sessionId);
  const stored = await parts.database.transaction(scope, async (tx) => {
    if ((await findLocked(tx, [subject], parts.clock.now())).length > 0) throw refusalOf('ACCOUNT_LOCKED');
    return findPassword(tx, userId);
  });
  if ((await parts.passwords.matches(password, stored?.hash ?? null)) && stored !== null) return provePassword(parts.passwords, userId, password, stored);
  await parts.database.transaction(scope, async (tx) => {
    const now = parts.clock.now();
    await raiseAlerts(tx, aboutViewer(confirming, now), lockAlerts(await countFailure(tx, [subject], now)));
  });
  throw wrongPassword(argument);
}

/** The refusal of a password that somebody who is signed in gave again, naming the argument. */
export function wrongPassword(argument: string): Refusal<UserErrorCode> {
  return new Refusal('INVALID_CREDENTIALS', 'The password is wrong.', ['input', argument]);
}

/** Forgets what was counted against a session before it proved its password, in the transaction of what that was for. */
export async function settlePassword(tx: Transaction, { parts, viewer }: Confirming): Promise<void> {
  await forgetFailures(tx, [parts.lockouts.session(viewer.userId, viewer.sessionId)], parts.clock.now());
}

/** What a code that was asked for again brings: it was right and is used up now, or what to refuse with. */
export type CodeOutcome = 'RIGHT' | 'WRONG_CODE' | 'ACCOUNT_LOCKED';

/**
 * Takes a code from somebody who is signed in, in the transaction of what it is for. It is counted before `check` looks at it, and a right one
 * takes that back. The caller keeps the transaction whatever the outcome, so that what was counted stays counted.
 */
export async function takeCode(tx: Transaction, confirming: Confirming, check: (now: Date) => Promise<RightCode | null>): Promise<CodeOutcome> {
  const { parts, viewer } = confirming;
  const now = parts.clock.now();
  const subject = parts.lockouts.session(viewer.userId, viewer.sessionId);
  const counted = await countFailure(tx, [subject], now);
  if (counted.length === 0) return 'ACCOUNT_LOCKED';
  const code = await check(now);
  if (code !== null && (await useCode(tx, viewer.userId, code, now))) {
    await forgive(tx, subject);
    return 'RIGHT';
  }
  await raiseAlerts(tx, aboutViewer(confirming, now), lockAlerts(counted));
  return 'WRONG_CODE';
}

/** Whom an alert about somebody who is signed in is for. */
export function aboutViewer({ asking, viewer }: Confirming, now: Date): AlertSubject {
  return { userId: viewer.userId, requestId: asking.requestId, ipAddress: asking.client.address, now };
}
