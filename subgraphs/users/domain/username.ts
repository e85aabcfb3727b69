import { canonicalLogin } from '@kith/kernel/canonical.ts';
import { normalName } from '@kith/kernel/plainText.ts';

/** A username: as it is shown, and as it is compared. */
export interface Username {
  readonly shown: string;
  readonly canonical: string;
}

/** How many days a name that was given up stays reserved for whoever gave it up. */
export const reservedDays = 30;

/** How many names are tried for a person who chose none. */
const triesMax = 5;
const lengthMin = 3;
const lengthMax = 50;
const suffixLength = 4;
const suffixSigns = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Reads a username of 3 to 50 letters, digits or underscores. Null for what is none. */
export function parseUsername(text: string): Username | null {
  const shown = normalName(text);
  return /^[A-Za-z0-9_]{3,50}$/.test(shown) ? { shown, canonical: canonicalLogin(shown) } : null;
}

/**
 * Names to try for a person who chose none, made from their address: first what stands in front of its @, then the same with
 * 4 characters by chance behind it. `randomBelow` answers a whole number from 0 up to its argument.
 */
export function usernamesFor(emailCanonical: string, randomBelow: (limit: number) => number): Username[] {
  const own = emailCanonical.slice(0, emailCanonical.lastIndexOf('@')).replaceAll(/[^a-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, '');
  const base = (own === '' ? 'person' : own).padEnd(lengthMin, '_');
  const suffix = (): string => Array.from({ length: suffixLength }, () => suffixSigns.charAt(randomBelow(suffixSigns.length))).join('');
  const names = [base.slice(0, lengthMax), ...Array.from({ length: triesMax - 1 }, () => `${base.slice(0, lengthMax - suffixLength - 1)}_${suffix()}`)];
  return names.map((name) => ({ shown: name, canonical: name }));
}
