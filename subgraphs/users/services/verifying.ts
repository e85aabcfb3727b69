import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { canonicalLogin } from '@kith/kernel/canonical.ts';
import { parseEmail } from '@kith/kernel/email.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { EventSubject } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { addressHash, codeTtlMinutes, tryCode } from '../domain/verificationCode.ts';
import { addStatusRecord } from '../stores/statuses.ts';
import { activate, countRequest, findWaitingAt, spendAttempt, takeOutCode } from '../stores/verificationCodes.ts';
import type { UsersParts } from '../usersParts.ts';

const nobody = { userId: null, tenantId: null };

type Failure = 'CODE_INVALID' | 'CODE_EXPIRED' | 'TOO_MANY_ATTEMPTS';

const messages: Record<Failure, string> = {
  CODE_INVALID: 'The code is wrong.',
  CODE_EXPIRED: 'The code was right, but its time is over. Ask for another.',
  TOO_MANY_ATTEMPTS: 'The code was tried too often. Ask for another.',
};

/**
 * Proves an e-mail address by the code that was mailed to it, and answers whose it is. Refuses CODE_INVALID, CODE_EXPIRED and
 * TOO_MANY_ATTEMPTS; an address nobody waits to prove is refused the same way, after the same work.
 */
export async function verifyEmail(parts: UsersParts, requestId: string, input: { email: string; code: string }): Promise<UserId> {
  const { database, clock, pepper } = parts;
  const now = clock.now();
  const hash = addressHash(pepper, canonicalLogin(input.email));
  // What the attempt comes to is answered, not thrown: that it was spent has to be kept.
  const outcome = await database.transaction(nobody, async (tx): Promise<Failure | { readonly userId: UserId }> => {
    const kept = await spendAttempt(tx, hash, now);
    if (kept === null) return 'TOO_MANY_ATTEMPTS';
    const result = tryCode(pepper, kept, input.code, now);
    if (result === 'EXPIRED') return 'CODE_EXPIRED';
    if (result === 'WRONG' || kept.userId === null) return 'CODE_INVALID';
    const proven = await prove(tx, { userId: kept.userId, tenantId: kept.registeredIn, occurredAt: now, requestId });
    if (!proven) return 'CODE_INVALID';
    await takeOutCode(tx, hash);
    return { userId: kept.userId };
  });
  if (typeof outcome === 'string') throw new Refusal(outcome, messages[outcome], ['input', 'code']);
  return outcome.userId;
}

async function prove(tx: Transaction, subject: EventSubject & { userId: UserId }): Promise<boolean> {
  await enterScope(tx, { userId: subject.userId, tenantId: null });
  return makeActive(tx, subject);
}

/** Makes a person active whose address is proven, in their scope, and tells of it. Answers false when they were not waiting for it. */
export async function makeActive(tx: Transaction, subject: EventSubject & { userId: UserId }): Promise<boolean> {
  const { userId, occurredAt: at } = subject;
  if (!(await activate(tx, userId, at))) return false;
  const [from, to] = ['PENDING_VERIFICATION', 'ACTIVE'] as const;
  await addStatusRecord(tx, { userId, from, to, reason: null, actorId: userId, at });
  await announce(tx, eventOf('user.email_verified', subject, {}));
  await announce(tx, eventOf('user.status_changed', subject, { from, to, actorId: userId }));
  return true;
}

/** Asks for another code. Refuses EMAIL_INVALID and TOO_MANY_REQUESTS. Does the same for an address that nobody waits to prove. */
export async function resendCode(parts: UsersParts, requestId: string, input: { email: string }): Promise<object> {
  const { database, clock, pepper } = parts;
  const email = parseEmail(input.email);
  if (email === null) throw new Refusal('EMAIL_INVALID', 'This is no e-mail address.', ['input', 'email']);
  const at = clock.now();
  await database.transaction(nobody, async (tx) => {
    if (!(await askForCode(tx, pepper, email.canonical, at))) throw new Refusal('TOO_MANY_REQUESTS', 'This was asked for too often. Wait a while.');
    const userId = await findWaitingAt(tx, email.canonical);
    // Announced even about nobody: leaving it out could be told by the time that it saves.
    await announce(tx, eventOf('user.verification_requested', { occurredAt: at, userId, tenantId: null, requestId }, {}));
  });
  return {};
}

/** Counts that a code was asked for. Answers whether there may be one: one a minute, five an hour. */
export async function askForCode(tx: Transaction, pepper: string, emailCanonical: string, at: Date): Promise<boolean> {
  return countRequest(tx, addressHash(pepper, emailCanonical), at, new Date(at.getTime() + codeTtlMinutes * 60_000));
}
