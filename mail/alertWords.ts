/** What an alert is told in. */
interface AlertWords {
  readonly title: string;
  readonly what: string;
  readonly advice: string;
}

const changePassword = 'If it was not you, change your password and end the sessions you do not know.';

/** Each kind of security alert in words for the person it is about. */
export const alertWords = {
  MULTIPLE_FAILED_LOGINS: {
    title: 'Somebody tried to sign in to your account',
    what: 'Several attempts to sign in to your account failed within a short time.',
    advice: 'If it was you, there is nothing to do. If it was not, your password has held; make sure that it is used nowhere else.',
  },
  DISTRIBUTED_LOGIN_ATTEMPTS: {
    title: 'Your account is being attacked',
    what: 'Attempts to sign in to your account came from many addresses within an hour.',
    advice: 'Somebody is guessing your password. Change it if it is short or used elsewhere, and switch the second factor on.',
  },
  NEW_IP_LOGIN: {
    title: 'A sign-in from a new place',
    what: 'Somebody signed in to your account from an address that was not seen for 30 days.',
    advice: changePassword,
  },
  UNUSUAL_LOGIN_TIME: {
    title: 'A sign-in at an unusual hour',
    what: 'Somebody signed in to your account at an hour at which you usually do not.',
    advice: changePassword,
  },
  BACKUP_CODE_USED: {
    title: 'A backup code was used',
    what: 'Somebody signed in to your account with one of its backup codes.',
    advice: 'The code will not work again. If it was not you, change your password and make new backup codes.',
  },
  PASSWORD_CHANGED: {
    title: 'Your password was changed',
    what: 'The password of your account was changed.',
    advice: 'If it was not you, choose a new password at once, by a link to this address.',
  },
  TWO_FACTOR_ENABLED: {
    title: 'The second factor was switched on',
    what: 'The second factor of your account was switched on. Signing in asks for a code from now on.',
    advice: changePassword,
  },
  TWO_FACTOR_DISABLED: {
    title: 'The second factor was switched off',
    what: 'The second factor of your account was switched off. The password alone is enough to sign in now.',
    advice: 'If it was not you, change your password and switch the second factor on again.',
  },
  ACCOUNT_LOCKED: {
    title: 'Your account was locked for a while',
    what: 'After too many failed attempts nobody can sign in to your account for a while. Where you are signed in you stay so.',
    advice: 'Choosing a new password by a link to this address unlocks the account at once.',
  },
  REFRESH_REUSED: {
    title: 'A session was ended to protect you',
    what: 'The credentials of one of your sessions were used twice, as happens when they are stolen. The session was ended.',
    advice: 'Sign in again. If it happens once more, change your password.',
  },
} as const satisfies Record<string, AlertWords>;

/** The kinds of security alerts, as the sessions subgraph names them. */
export type AlertKind = keyof typeof alertWords;
