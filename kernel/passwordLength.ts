/** How long a password is at least and at most, in characters as people count them. Nothing longer is ever hashed. */
export const passwordLengthMin = 12;
export const passwordLengthMax = 128;

/** How long a password is: in Unicode code points, as NIST SP 800-63B counts. */
export function passwordLength(password: string): number {
  // A code point takes at most two units: what is longer than that need not be taken apart to be counted.
  return password.length > 2 * passwordLengthMax ? password.length : Array.from(password).length;
}
