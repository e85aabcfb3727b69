import { createHmac } from 'node:crypto';

/**
 * The keyed hashes that what somebody signs in with is counted under, so that no table says whose it is. They stand here because two subgraphs make
 * them: sessions counts by them, and users finds by them what has to go when an account is erased.
 */

/** What requests for a new password are counted under. */
export function resetAddressHash(pepper: string, emailCanonical: string): Buffer {
  return createHmac('sha256', pepper).update(`kith reset request ${emailCanonical}`).digest();
}

/** What failures are counted under: a kind of subject, and what tells it apart. */
export function lockoutHash(pepper: string, kind: string, ...parts: readonly (string | null)[]): Buffer {
  return createHmac('sha256', pepper).update(`kith lockout ${JSON.stringify([kind, ...parts])}`).digest();
}
