import { randomBytes } from 'node:crypto';

/** What a secret of 256 bits is for, as the prefix says that secret scanners can look for. */
export type SecretKind = 'kp' | 'kc';

/** Makes a secret of 256 bits: `kp_` to choose a new password with, `kc_` to complete a sign-in with. It says nothing by itself. */
export function newSecret(kind: SecretKind): string {
  return `${kind}_${randomBytes(32).toString('base64url')}`;
}

/** Reads a secret of a kind from outside. Null for what can be none, which is then not looked for. */
export function parseSecret(kind: SecretKind, text: string): string | null {
  return text.startsWith(`${kind}_`) && /^.._[A-Za-z0-9_-]{43}$/.test(text) ? text : null;
}
