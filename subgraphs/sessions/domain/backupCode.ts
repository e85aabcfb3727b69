import { createHmac, randomInt } from 'node:crypto';
import type { UserId } from '@kith/kernel/ids.ts';

/** How many backup codes a person is given. */
export const backupCodeCount = 10;

// 32 signs without those that are read as another: no 0, 1, I, O. Eight of them are 40 bits.
const signs = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const groupLength = 4;

/** Makes ten different codes, `XXXX-XXXX`. */
export function newBackupCodes(): string[] {
  const codes = new Set<string>();
  while (codes.size < backupCodeCount) codes.add(`${group()}-${group()}`);
  return [...codes];
}

/** Reads a code from outside as `XXXX-XXXX`, with or without the hyphen, in whatever case. Null for what can be none. */
export function parseBackupCode(text: string): string | null {
  const bare = text.replaceAll(/[\s-]/g, '').toUpperCase();
  return bare.length === 2 * groupLength && Array.from(bare).every((sign) => signs.includes(sign)) ? `${bare.slice(0, groupLength)}-${bare.slice(groupLength)}` : null;
}

/**
 * What is kept of a code: its HMAC-SHA256 under the pepper, bound to its person. 40 bits hashed without a key could be guessed through
 * in minutes by whoever has the table.
 */
export function hashOfBackupCode(pepper: string, userId: UserId, code: string): Buffer {
  return createHmac('sha256', pepper).update(`kith backup code ${userId} ${code}`).digest();
}

function group(): string {
  return Array.from({ length: groupLength }, () => signs[randomInt(signs.length)]).join('');
}
