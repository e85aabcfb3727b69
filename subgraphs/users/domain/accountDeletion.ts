import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { characters, normalText } from '@kith/kernel/plainText.ts';

/** A deletion that can still be undone. */
export interface AccountDeletion {
  readonly userId: UserId;
  readonly deletedAt: Date;
  readonly deletedById: UserId | null;
}

const restorableDays = 30;
const reasonLengthMax = 500;

/** Until when a deletion can be undone. The database holds to the same. */
export function restorableUntil(deletedAt: Date): Date {
  return new Date(deletedAt.getTime() + restorableDays * 86_400_000);
}

/** Reads why an account is deleted; nobody has to say. Refuses FIELD_TOO_LONG. */
export function readDeletionReason(text: string | null): string | null {
  const reason = normalText(text ?? '');
  if (characters(reason) > reasonLengthMax) throw new Refusal('FIELD_TOO_LONG', `A reason has at most ${reasonLengthMax} characters.`, ['input', 'reason']);
  return reason === '' ? null : reason;
}

const form = /^kd_[A-Za-z0-9_-]{43}$/;

/** Makes the token that undoes a deletion: 256 random bits behind a prefix that secret scanners can look for. */
export function newRestoreToken(): string {
  return `kd_${randomBytes(32).toString('base64url')}`;
}

/** Reads such a token from outside. Null for what can be none, which is then not looked for. */
export function parseRestoreToken(text: string): string | null {
  return form.test(text) ? text : null;
}

/** What is kept of a token: nothing slower is needed where nothing can be guessed. */
export function hashOfRestoreToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The link of the mail. The token stands behind the #: browsers send that to no server, so it stands in no log. */
export function restoreUrl(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/$/, '')}/restore#token=${token}`;
}
