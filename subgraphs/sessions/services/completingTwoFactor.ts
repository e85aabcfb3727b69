import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { evidenceOf } from '../domain/knownDevice.ts';
import type { LockoutSubject } from '../domain/lockout.ts';
import { hashOfSecret } from '../domain/refreshToken.ts';
import { parseSecret } from '../domain/secret.ts';
import type { LoginFailure } from '../domain/signInDecision.ts';
import { whyRefused } from '../domain/twoFactorChallenge.ts';
import type { SessionTwoFactorCompleteInput, UserErrorCode } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { findKnownDevice } from '../stores/knownDevices.ts';
import { countFailure, forgive } from '../stores/lockouts.ts';
import type { ChallengeRow } from '../stores/twoFactorChallenges.ts';
import { findChallenge, spendAttempt, useChallenge } from '../stores/twoFactorChallenges.ts';
import type { RightCode } from './checkingCode.ts';
import { checkCode, useCode } from './checkingCode.ts';
import { recordFailure } from './failingToSignIn.ts';
import type { Asking, Proof, SignedInSession } from './openingSession.ts';
import { openSession } from './openingSession.ts';
import { raiseAlerts } from './raisingAlerts.ts';
import { LoginRefusal, refusalOf } from './refusingLogin.ts';

/** A code that was right, and what it was counted against before it was looked at. */
interface Passed {
  readonly challenge: ChallengeRow;
  readonly code: RightCode;
  readonly subject: LockoutSubject;
}

/**
 * Completes signing in with a code of the authenticator app, or a backup code. Each attempt is spent before the code is looked at, from the
 * challenge and from the person's own budget, which other challenges draw on too. Refuses CODE_INVALID, CODE_EXPIRED and TOO_MANY_ATTEMPTS,
 * and what `openSession` refuses: the account may have been suspended between the two steps.
 */
export async function completeTwoFactor(parts: SessionsParts, asking: Asking, input: SessionTwoFactorCompleteInput): Promise<SignedInSession> {
  const token = parseSecret('kc', input.twoFactorToken);
  if (token === null) throw refusals.CODE_EXPIRED();
  const tokenHash = hashOfSecret(token);
  const result = await parts.database.transaction({ userId: null, tenantId: null }, (tx) => tryCode(tx, parts, asking, input, tokenHash));
  if (typeof result === 'string') throw refusals[result]();
  const { challenge, code, subject } = result;
  const { userId, tenantId, remember } = challenge;
  const opening = { userId, tenantId, remember, refreshTokenIn: input.refreshTokenIn ?? ('PAYLOAD' as const), device: input.device ?? null };
  const proof: Proof = async (tx, now) => {
    if (!(await useChallenge(tx, tokenHash, now))) throw refusals.CODE_EXPIRED();
    if (!(await useCode(tx, userId, code, now))) throw refusals.CODE_INVALID();
    await forgive(tx, subject);
    const alert = { userId, requestId: asking.requestId, ipAddress: asking.client.address, now };
    await raiseAlerts(tx, alert, code.by === 'BACKUP_CODE' ? ['BACKUP_CODE_USED'] : []);
  };
  try {
    return await openSession(parts, asking, opening, proof);
  } catch (error) {
    // Somebody else was quicker with the same code, or the account was suspended between the two steps.
    if (error instanceof LoginRefusal) await writeDown(parts, asking, userId, error.failure);
    throw error;
  }
}

async function writeDown({ database, clock }: SessionsParts, asking: Asking, userId: UserId, failure: LoginFailure): Promise<void> {
  await database.transaction({ userId, tenantId: null }, (tx) => recordFailure(tx, asking, { userId, failure, counted: [] }, clock.now()));
}

/** Answers why not instead of throwing it: that an attempt was spent has to be kept. */
async function tryCode(tx: Transaction, parts: SessionsParts, asking: Asking, input: SessionTwoFactorCompleteInput, tokenHash: Buffer): Promise<Passed | keyof typeof refusals> {
  const now = parts.clock.now();
  const challenge = await spendAttempt(tx, tokenHash, now);
  if (challenge === null) return whyRefused(await findChallenge(tx, tokenHash), now);
  const { userId } = challenge;
  await enterScope(tx, { userId, tenantId: null });
  const knownDevice = await findKnownDevice(tx, evidenceOf(asking.client, input.device ?? null), now);
  const subject = knownDevice === null ? parts.lockouts.account(userId) : parts.lockouts.device(userId, knownDevice);
  const counted = await countFailure(tx, [subject], now);
  if (counted.length === 0) {
    await recordFailure(tx, asking, { userId, failure: 'ACCOUNT_LOCKED', counted }, now);
    return 'TOO_MANY_ATTEMPTS';
  }
  const code = await checkCode(tx, parts, userId, input.code, now);
  if (code !== null) return { challenge, code, subject };
  await recordFailure(tx, asking, { userId, failure: 'WRONG_CODE', counted }, now);
  return 'CODE_INVALID';
}

const refusals = {
  CODE_INVALID: () => refusalOf('WRONG_CODE'),
  CODE_EXPIRED: () => new Refusal<UserErrorCode>('CODE_EXPIRED', 'The time for the second step is over, or it was taken already. Sign in again.', ['input', 'twoFactorToken']),
  TOO_MANY_ATTEMPTS: () => new Refusal<UserErrorCode>('TOO_MANY_ATTEMPTS', 'There were too many wrong codes. Wait 15 minutes, then sign in again.', ['input', 'code']),
} as const;
