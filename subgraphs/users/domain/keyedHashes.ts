import { lockoutHash, resetAddressHash } from '@kith/kernel/addressHashes.ts';
import { addressHash } from './verificationCode.ts';

/** What somebody signs in with, in canonical form. */
export interface Logins {
  readonly emailCanonical: string;
  readonly usernameCanonical: string;
}

/**
 * Everything that may be counted somewhere about somebody without their id: requests and failures under keyed hashes of what they sign in with. To be
 * made before the address goes: afterwards nothing leads there any more.
 */
export function keyedHashes(pepper: string, { emailCanonical, usernameCanonical }: Logins): Buffer[] {
  const logins = [emailCanonical, usernameCanonical];
  return [
    addressHash(pepper, emailCanonical),
    ...logins.map((login) => resetAddressHash(pepper, login)),
    ...logins.flatMap((login) => [lockoutHash(pepper, 'login', login), lockoutHash(pepper, 'account', 'of nobody', login)]),
  ];
}
