import { failingInEvenTime } from '@kith/kernel/evenTime.ts';
import { isGuess } from '../domain/lockout.ts';
import type { LoginFailure } from '../domain/signInDecision.ts';
import { decideSignIn } from '../domain/signInDecision.ts';
import type { SessionSignInInput } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { countFailure, findLocked, forgetFailures } from '../stores/lockouts.ts';
import type { Challenged } from './askingForSecondFactor.ts';
import { askForSecondFactor } from './askingForSecondFactor.ts';
import { nobodysId, recordFailure } from './failingToSignIn.ts';
import type { Knock } from './knocking.ts';
import { knock } from './knocking.ts';
import type { Asking, Proof, SignedInSession } from './openingSession.ts';
import { openSession } from './openingSession.ts';
import { provePassword } from './provingPassword.ts';
import { LoginRefusal, refusalOf } from './refusingLogin.ts';

/**
 * Signs a person in: opens a session, or, where they have a second factor, answers a token to complete it with. Refuses INVALID_CREDENTIALS,
 * ACCOUNT_LOCKED, ACCOUNT_SUSPENDED, ACCOUNT_BANNED, TENANT_UNKNOWN and ADDRESS_NOT_ALLOWED, all of them in even time, and writes each down;
 * RATE_LIMITED in a rush.
 */
export async function signIn(parts: SessionsParts, asking: Asking, input: SessionSignInInput): Promise<SignedInSession | Challenged> {
  return failingInEvenTime(parts.refusalStepMs, () => parts.signIns.run(() => tryToSignIn(parts, asking, input)));
}

async function tryToSignIn(parts: SessionsParts, asking: Asking, input: SessionSignInInput): Promise<SignedInSession | Challenged> {
  const knocked = await knock(parts, asking, input.login, input.device ?? null);
  try {
    return await letIn(parts, asking, input, knocked);
  } catch (error) {
    if (error instanceof LoginRefusal) await writeDown(parts, asking, knocked, error.failure);
    throw error;
  }
}

async function letIn(parts: SessionsParts, asking: Asking, input: SessionSignInInput, knocked: Knock): Promise<SignedInSession | Challenged> {
  const { account, password, subjects, locked, hasSecondFactor } = knocked;
  // What is said to be locked is said before the password is looked at, and of logins nobody goes by as well.
  if (locked.some(({ kind }) => kind !== 'account')) throw refusalOf('ACCOUNT_LOCKED');
  const passwordMatches = await parts.passwords.matches(input.password, password?.hash ?? null);
  const decision = decideSignIn(account, { passwordMatches, locked: locked.length > 0, address: asking.client.address }, input.tenant ?? null);
  if (decision.failure !== null) throw refusalOf(decision.failure);
  if (password === null) throw new Error('a password matched that is not there');
  const { tenantId, account: { userId } } = decision;
  const proven = await provePassword(parts.passwords, userId, input.password, password);
  const proof: Proof = async (tx, now) => {
    if (!(await proven.hold(tx))) throw refusalOf('WRONG_PASSWORD');
    // With a second factor outstanding a wrong code may follow: nothing is forgotten yet.
    if (!hasSecondFactor) await forgetFailures(tx, subjects, now);
    // Locked by guesses made while this one was looked at: it comes too late, right or not.
    if ((await findLocked(tx, subjects, now)).length > 0) throw refusalOf('ACCOUNT_LOCKED');
  };
  const opening = { userId, tenantId, remember: input.rememberMe ?? false, refreshTokenIn: input.refreshTokenIn ?? 'PAYLOAD', device: input.device ?? null };
  return hasSecondFactor ? askForSecondFactor(parts, opening, proof) : openSession(parts, asking, opening, proof);
}

async function writeDown(parts: SessionsParts, asking: Asking, { account, subjects }: Knock, failure: LoginFailure): Promise<void> {
  const now = parts.clock.now();
  const userId = account?.userId ?? null;
  await parts.database.transaction({ userId: userId ?? nobodysId, tenantId: null }, async (tx) => {
    const counted = isGuess(failure) ? await countFailure(tx, subjects, now) : [];
    await recordFailure(tx, asking, { userId, failure, counted }, now);
  });
}
