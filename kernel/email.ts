import { z } from 'zod';
import { canonicalLogin } from './canonical.ts';
import { normalName } from './plainText.ts';

/** An e-mail address: as it is written to, and as it is compared. */
export interface Email {
  readonly address: string;
  readonly canonical: string;
}

const address = z.email().max(255);

/** Reads an e-mail address of at most 255 characters. Null for what is none. */
export function parseEmail(text: string): Email | null {
  const parsed = address.safeParse(normalName(text));
  return parsed.success ? { address: parsed.data, canonical: canonicalLogin(parsed.data) } : null;
}
