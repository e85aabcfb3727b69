import { Refusal } from '@kith/kernel/errors.ts';
import type { LoginFailure } from '../domain/signInDecision.ts';
import type { UserErrorCode } from '../generated/resolvers.ts';

/** A failure to sign in, as it is answered, with the reason the login history keeps. */
export class LoginRefusal extends Refusal<UserErrorCode> {
  readonly failure: LoginFailure;

  constructor(failure: LoginFailure) {
    const { code, message, path = [] } = answers[failure];
    super(code, message, path);
    this.failure = failure;
  }
}

/** How a failure to sign in is answered. */
export function refusalOf(failure: LoginFailure): LoginRefusal {
  return new LoginRefusal(failure);
}

interface Answer {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly path?: readonly string[];
}

const notTogether: Answer = { code: 'INVALID_CREDENTIALS', message: 'Login and password do not go together.', path: ['input'] };

/** Three of them look the same: who may not sign in must not learn who else could. */
const answers: Record<LoginFailure, Answer> = {
  UNKNOWN_LOGIN: notTogether,
  WRONG_PASSWORD: notTogether,
  ACCOUNT_DELETED: notTogether,
  ACCOUNT_LOCKED: { code: 'ACCOUNT_LOCKED', message: 'There were too many failed attempts: the account is locked for 15 minutes, or until its password is reset.' },
  WRONG_CODE: { code: 'CODE_INVALID', message: 'The code is wrong.', path: ['input', 'code'] },
  ACCOUNT_SUSPENDED: { code: 'ACCOUNT_SUSPENDED', message: 'This account is suspended for a while.' },
  ACCOUNT_BANNED: { code: 'ACCOUNT_BANNED', message: 'This account is banned.' },
  ADDRESS_NOT_ALLOWED: { code: 'ADDRESS_NOT_ALLOWED', message: 'The tenant does not allow access from this address.' },
  TENANT_UNKNOWN: { code: 'TENANT_UNKNOWN', message: 'You do not belong to a tenant of this name.', path: ['input', 'tenant'] },
};
