import { createHash, randomBytes } from 'node:crypto';

/** What a token looks like: 256 random bits in base64url, behind a prefix that secret scanners can look for. */
const form = /^ki_[A-Za-z0-9_-]{43}$/;

/** Makes the token that an invitation is accepted with. It says nothing by itself, and stands in the mail and nowhere else. */
export function newInvitationToken(): string {
  return `ki_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a token: its SHA-256. Null for what can be none, which is then not looked for. */
export function hashOfInvitationToken(token: string): Buffer | null {
  return form.test(token) ? createHash('sha256').update(token).digest() : null;
}
