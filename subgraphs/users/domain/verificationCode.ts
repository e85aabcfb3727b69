import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import type { UserId } from '@kith/kernel/ids.ts';

/** How long a code to prove an e-mail address with can be used, and how often it may be tried. */
export const codeTtlMinutes = 10;
export const attemptsMax = 5;

/** How often a code may be asked for, for one address. */
export const requestsPerHourMax = 5;
export const requestPauseSeconds = 60;

/** Makes a code: 6 digits by chance. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

/** The keyed hash a code is kept as. It holds for one person only. */
export function codeHash(pepper: string, userId: UserId, code: string): Buffer {
  return createHmac('sha256', pepper).update(`e-mail verification code of ${userId}: ${code}`).digest();
}

/** The keyed hash an address is counted under. */
export function addressHash(pepper: string, emailCanonical: string): Buffer {
  return createHmac('sha256', pepper).update(`e-mail verification address: ${emailCanonical}`).digest();
}

/** What is known of the code of an address. */
export interface KeptCode {
  readonly userId: UserId | null;
  readonly codeHash: Buffer | null;
  readonly expiresAt: Date;
}

// Hashed for when nobody waits for a code, so that this takes the same time.
const nobody = '00000000-0000-7000-8000-000000000000' as UserId; // a UUID no person is given

/** Tries a code, spaces around it aside. Of a code that has expired only whoever has it learns so. */
export function tryCode(pepper: string, kept: KeptCode, code: string, now: Date): 'RIGHT' | 'WRONG' | 'EXPIRED' {
  const given = codeHash(pepper, kept.userId ?? nobody, code.trim());
  if (!timingSafeEqual(given, kept.codeHash ?? Buffer.alloc(given.length))) return 'WRONG';
  return kept.expiresAt > now ? 'RIGHT' : 'EXPIRED';
}
