import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import { publishedBeforeMsMin } from '../domain/signingKey.ts';
import { addSigningKey, holdSigningKeys, moveSigningKey, removeRetiredKeys } from '../stores/signingKeys.ts';
import { makeSigningKey } from './makingKeys.ts';

/** Thrown when the next key has not been published for long enough to sign. */
export class KeyTooYoung extends Error {
  constructor(readyAt: Date) {
    super(`The next key has to be published for ${publishedBeforeMsMin / 60_000} minutes before it signs: whoever checks tokens has to know it by then. Try again at ${readyAt.toISOString()}.`);
    this.name = 'KeyTooYoung';
  }
}

/** What a rotation did, by the ids of keys. */
export interface KeyRotation {
  readonly retired: string | null;
  readonly signing: string;
  readonly next: string;
}

export interface KeyRotationOptions {
  readonly database: Database;
  readonly encryptionKeys: EncryptionKeys;
  readonly clock: Clock;
  /**
   * Somebody else may have the key that signs: it is not published any more, so every token it signed stops working as soon as processes look again,
   * within a minute and a half. Sessions go on with their refresh tokens. The age of the next key is not waited for.
   */
  readonly compromised?: boolean;
}

/**
 * Rotates the keys of access tokens: the next one signs, the one that signed retires and stays published until its last token has expired, and a new
 * next one is made and published. Refuses with `KeyTooYoung`, as the later one of two rotations at once.
 */
export async function rotateSigningKeys({ database, encryptionKeys, clock, compromised = false }: KeyRotationOptions): Promise<KeyRotation> {
  const now = clock.now();
  const made = await makeSigningKey(encryptionKeys, 'NEXT', now);
  return database.transaction({ userId: null, tenantId: null }, async (tx) => {
    const keys = await holdSigningKeys(tx);
    const signing = keys.find(({ state }) => state === 'SIGNING');
    const next = keys.find(({ state }) => state === 'NEXT');
    const readyAt = new Date((next?.createdAt ?? now).getTime() + publishedBeforeMsMin);
    if (next === undefined || (!compromised && readyAt > now)) throw new KeyTooYoung(readyAt);
    if (signing !== undefined) await moveSigningKey(tx, signing.kid, 'RETIRED', now);
    await moveSigningKey(tx, next.kid, 'SIGNING', null);
    await addSigningKey(tx, made);
    if (compromised) await removeRetiredKeys(tx, now);
    return { retired: signing?.kid ?? null, signing: next.kid, next: made.kid };
  });
}
