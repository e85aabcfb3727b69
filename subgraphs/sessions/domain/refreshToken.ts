import { createHash, randomBytes } from 'node:crypto';

const dayMs = 86_400_000;

/** How long a client that lost the answer may ask again and gets the same successor. */
export const retryMsMax = 10_000;

/** How long a session can be kept alive by using it, at the most. */
const absoluteDays = { usual: 30, remembered: 90 };

/** What a refresh token looks like: 256 random bits in base64url, behind a prefix that secret scanners can look for. */
const form = /^kr_[A-Za-z0-9_-]{43}$/;

/** Makes a refresh token. It says nothing: what it opens stands in the database, under its hash. */
export function newRefreshToken(): string {
  return `kr_${randomBytes(32).toString('base64url')}`;
}

/** Reads a refresh token from outside. Null for what can be none, which is then not looked for. */
export function parseRefreshToken(text: string | null): string | null {
  return text !== null && form.test(text) ? text : null;
}

/** What is kept of a secret of 256 bits: its SHA-256. Nothing slower is needed where nothing can be guessed. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** When a session ends however much it is used, and whatever its tenant says. */
export function absoluteEnd(createdAt: Date, remember: boolean): Date {
  return new Date(createdAt.getTime() + (remember ? absoluteDays.remembered : absoluteDays.usual) * dayMs);
}

/** When a session that would end at `latest` ends where sessions last no longer than so many minutes. */
export function tenantsEnd(createdAt: Date, sessionMinutesMax: number | null, latest: Date): Date {
  return sessionMinutesMax === null ? latest : endOf(createdAt, sessionMinutesMax * 60, latest);
}

/** When something ends that lives for so many seconds, and no longer than what it belongs to. */
export function endOf(now: Date, ttlSeconds: number, latest: Date): Date {
  return new Date(Math.min(now.getTime() + ttlSeconds * 1_000, latest.getTime()));
}

/** Whether a token that was used already may still be answered with its successor. */
export function mayRetry(usedAt: Date, now: Date): boolean {
  return now.getTime() - usedAt.getTime() <= retryMsMax;
}
