import type { Email } from '@kith/kernel/email.ts';
import { parseEmail } from '@kith/kernel/email.ts';
import { Refusal, RequestError } from '@kith/kernel/errors.ts';
import { hashOfInvitationToken } from '@kith/kernel/invitationToken.ts';
import type { PasswordFloor } from '@kith/kernel/passwordFloor.ts';
import { usualFloor } from '@kith/kernel/passwordFloor.ts';
import { checkPassword, explainPassword } from '@kith/kernel/passwordRules.ts';
import type { Client } from '@kith/kernel/request.ts';
import { parseDisplayName } from './displayName.ts';
import { readLocale } from './locale.ts';
import type { SignUpRules } from './signUpRules.ts';
import type { Username } from './username.ts';
import { parseUsername, usernamesFor } from './username.ts';

/** What a person says of themselves when they register. */
export interface RegistrationInput {
  readonly email: string;
  readonly password: string;
  readonly username?: string | null;
  readonly displayName?: string | null;
  readonly agreeToTerms: boolean;
  readonly tenant?: string | null;
  readonly invitationToken?: string | null;
  readonly referralCode?: string | null;
  readonly locale?: string | null;
}

/** A registration in which everything is in order that can be told without looking anything up. */
export interface RegistrationDraft {
  readonly email: Email;
  readonly password: string;
  /** What the person is known by, which must not stand in the password. */
  readonly personal: readonly string[];
  /** The name that was asked for; or several to be tried, one after the other, when none was. */
  readonly usernames: readonly Username[];
  readonly displayName: string | null;
  readonly locale: string;
  readonly tenantSlug: string | null;
  /** The hash of the token out of an invitation. */
  readonly invitationHash: Buffer | null;
  readonly referralCode: string | null;
}

/** A registration on its way: all that has been found out about it. */
export interface Registration {
  readonly draft: RegistrationDraft;
  readonly passwordHash: string;
  /** The tenant to join. */
  readonly tenant: SignUpRules | null;
  readonly requestId: string;
  /** Where it comes from. */
  readonly client: Client;
}

const referralCodeLengthMax = 100;

/**
 * Reads a registration. Refuses TERMS_NOT_AGREED, EMAIL_INVALID, USERNAME_INVALID, DISPLAY_NAME_INVALID, INVITATION_INVALID and
 * PASSWORD_TOO_WEAK, the last one with what would help; and BAD_REQUEST when it names a tenant beside an invitation.
 */
export function draftRegistration(input: RegistrationInput, randomBelow: (limit: number) => number): RegistrationDraft {
  const tenantSlug = input.tenant?.trim().toLowerCase() ?? null;
  const invitationHash = input.invitationToken === null || input.invitationToken === undefined ? null : chosenInvitation(input.invitationToken);
  if (tenantSlug !== null && invitationHash !== null) throw new RequestError('BAD_REQUEST', 'Give `tenant` or `invitationToken`, not both: the invitation names its tenant.');
  if (!input.agreeToTerms) throw new Refusal('TERMS_NOT_AGREED', 'The terms have to be agreed to.', ['input', 'agreeToTerms']);
  const email = parseEmail(input.email);
  if (email === null) throw new Refusal('EMAIL_INVALID', 'This is no e-mail address, or it has more than 255 characters.', ['input', 'email']);
  const usernames = input.username === null || input.username === undefined ? usernamesFor(email.canonical, randomBelow) : [chosenUsername(input.username)];
  const displayName = input.displayName === null || input.displayName === undefined ? null : chosenDisplayName(input.displayName);
  const { password } = input;
  const personal = [email.canonical, input.username ?? '', displayName ?? ''];
  requireGoodPassword({ password, personal }, usualFloor);
  return {
    email,
    password,
    personal,
    usernames,
    displayName,
    locale: readLocale(input.locale ?? null),
    tenantSlug,
    invitationHash,
    referralCode: input.referralCode?.trim().slice(0, referralCodeLengthMax) ?? null,
  };
}

/** The refusal of an invitation that does not exist, cannot be accepted any more, or went to another address. */
export function invitationInvalid(): Refusal {
  return new Refusal('INVITATION_INVALID', 'This invitation does not exist, cannot be accepted any more, or went to another address.', ['input', 'invitationToken']);
}

function chosenInvitation(token: string): Buffer {
  const hash = hashOfInvitationToken(token);
  if (hash === null) throw invitationInvalid();
  return hash;
}

function chosenUsername(text: string): Username {
  const username = parseUsername(text);
  if (username === null) throw new Refusal('USERNAME_INVALID', 'A username has 3 to 50 letters, digits or underscores.', ['input', 'username']);
  return username;
}

function chosenDisplayName(text: string): string {
  const displayName = parseDisplayName(text);
  if (displayName === null) throw new Refusal('DISPLAY_NAME_INVALID', 'A display name has 1 to 100 characters.', ['input', 'displayName']);
  return displayName;
}

/** Refuses PASSWORD_TOO_WEAK for a password below a floor, with what would help. */
export function requireGoodPassword({ password, personal }: Pick<RegistrationDraft, 'password' | 'personal'>, floor: PasswordFloor): void {
  const verdict = checkPassword(password, personal, floor);
  if (!verdict.accepted) throw new Refusal('PASSWORD_TOO_WEAK', explainPassword(verdict), ['input', 'password']);
}
