import { timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const periodSeconds = 30;
// So many steps a phone's clock may be off, either way.
const stepsOff = 2;
const secretBytes = 32;
const issuer = 'Kith';

/** Makes the secret an authenticator app makes its codes from, in Base32 (RFC 4648). */
export function newAppSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** The address an authenticator app reads the secret from, shown under the name of the account. */
export function appUrl(secretBase32: string, accountName: string): string {
  return totpOf(secretBase32, accountName).toString();
}

/**
 * The time step a code belongs to (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds), within two steps of now. Null when it belongs to none,
 * or only to steps up to `stepUsed`: none is accepted twice, and none from before the last one.
 */
export function stepOfCode(secretBase32: string, code: string, now: Date, stepUsed: number): number | null {
  const digits = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return null;
  const totp = totpOf(secretBase32, '');
  const present = Math.floor(now.getTime() / 1_000 / periodSeconds);
  for (let step = present - stepsOff; step <= present + stepsOff; step += 1) {
    const expected = totp.generate({ timestamp: step * periodSeconds * 1_000 });
    if (step > stepUsed && timingSafeEqual(Buffer.from(expected), Buffer.from(digits))) return step;
  }
  return null;
}

function totpOf(secretBase32: string, label: string): TOTP {
  return new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: periodSeconds, secret: Secret.fromBase32(secretBase32) });
}
