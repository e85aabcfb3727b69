import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** 256-bit keys by version. New values are written with the highest version; every version still listed can be read. */
export type EncryptionKeys = ReadonlyMap<number, Buffer>;

/**
 * Encrypts a value for one place in the database (AES-256-GCM, NIST SP 800-38D, random 96-bit nonce).
 * `place` names table, row and column and is authenticated along: a ciphertext copied to another row does not open there.
 * The result is `version.nonce.tag.ciphertext`, the parts in base64url.
 */
export function encryptField(keys: EncryptionKeys, place: string, value: string): string {
  const version = newestVersion(keys);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys, version), nonce).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return [String(version), ...[nonce, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.');
}

/** The version new values are written with. */
export function newestVersion(keys: EncryptionKeys): number {
  return Math.max(...keys.keys());
}

/** Decrypts what `encryptField` wrote for the same place. Throws when it was altered, moved, or its key is not listed. */
export function decryptField(keys: EncryptionKeys, place: string, encrypted: string): string {
  const [version, nonce, tag, ciphertext] = encrypted.split('.');
  if (version === undefined || nonce === undefined || tag === undefined || ciphertext === undefined) {
    throw new Error(`the value at ${place} is not an encrypted field`);
  }
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys, Number(version)), bytes(nonce), { authTagLength: 16 })
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes(tag));
  return Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]).toString('utf8');
}

function keyOf(keys: EncryptionKeys, version: number): Buffer {
  const key = keys.get(version);
  if (key === undefined) throw new Error(`encryption key ${version} is not among those configured`);
  return key;
}
