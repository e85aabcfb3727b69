import { characters, normalName } from '@kith/kernel/plainText.ts';

const lengthMax = 100;

/** Reads a display name of 1 to 100 characters. Null for what is none. */
export function parseDisplayName(text: string): string | null {
  const name = normalName(text);
  return name !== '' && characters(name) <= lengthMax ? name : null;
}
