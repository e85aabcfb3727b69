import { announce } from '@kith/drizzle/announce.ts';
import { resetAddressHash } from '@kith/kernel/addressHashes.ts';
import { canonicalLogin } from '@kith/kernel/canonical.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { resetRule } from '../domain/passwordReset.ts';
import { hashOfSecret } from '../domain/refreshToken.ts';
import { parseSecret } from '../domain/secret.ts';
import type { UserErrorCode, UserPasswordResetInput, UserPasswordResetRequestInput } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { unlock } from '../stores/lockouts.ts';
import { countResetRequest, findReset, useReset } from '../stores/passwordResets.ts';
import { changePassword as storePassword } from '../stores/passwords.ts';
import { findAccount } from '../stores/signingIn.ts';
import { demandsOn, requireStrong, settleChange } from './changingPassword.ts';
import type { Asking } from './openingSession.ts';

const nobody = { userId: null, tenantId: null };
const addressLengthMax = 255;

/**
 * Has a mail with a link sent, if anybody goes by the address and not more than three were asked for within the hour. Whoever asks is
 * answered the same, by the same statements: of an address nobody goes by an event is announced as well, about nobody, and nothing comes of it.
 */
export async function requestPasswordReset(parts: SessionsParts, asking: Asking, input: UserPasswordResetRequestInput): Promise<object> {
  const address = canonicalLogin(input.email.slice(0, addressLengthMax + 1));
  const now = parts.clock.now();
  await parts.database.transaction(nobody, async (tx) => {
    const account = await findAccount(tx, address);
    if (!(await countResetRequest(tx, resetAddressHash(parts.pepper, address), resetRule, now))) return;
    // A username is no address: whoever knows only that must not have mail sent to whom it belongs to.
    const userId = address.includes('@') ? (account?.userId ?? null) : null;
    await announce(tx, eventOf('user.password_reset_requested', { occurredAt: now, userId, tenantId: null, requestId: asking.requestId }, {}));
  });
  return {};
}

/**
 * Chooses a new password with the token of a mail, ends all sessions of its person and unlocks the account. The second factor stays. Refuses
 * RESET_TOKEN_INVALID and PASSWORD_TOO_WEAK; after the latter the token still works.
 */
export async function resetPassword(parts: SessionsParts, asking: Asking, input: UserPasswordResetInput): Promise<{ changed: true }> {
  const token = parseSecret('kp', input.token);
  if (token === null) throw tokenInvalid();
  const tokenHash = hashOfSecret(token);
  const { userId, demands } = await parts.database.transaction(nobody, async (tx) => {
    const found = await findReset(tx, tokenHash, parts.clock.now());
    if (found === null) throw tokenInvalid();
    return { userId: found, demands: await demandsOn(tx, found) };
  });
  requireStrong(input.newPassword, demands);
  const passwordHash = await parts.passwords.hash(input.newPassword);
  await parts.database.transaction({ userId, tenantId: null }, async (tx) => {
    const now = parts.clock.now();
    if (!(await useReset(tx, tokenHash, now))) throw tokenInvalid();
    if (!(await storePassword(tx, userId, { version: null, passwordHash, changedAt: now }))) throw tokenInvalid();
    await unlock(tx, userId);
    await settleChange(tx, asking, { userId, byReset: true, keeping: null, now });
  });
  return { changed: true };
}

function tokenInvalid(): Refusal<UserErrorCode> {
  return new Refusal('RESET_TOKEN_INVALID', 'The link is unknown, used, or older than an hour. Ask for another mail.', ['input', 'token']);
}
