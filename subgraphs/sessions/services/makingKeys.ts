import { accessTokenAlgorithm } from '@kith/kernel/accessToken.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import { encryptField } from '@kith/kernel/fieldEncryption.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { SigningKeyState } from '../domain/signingKey.ts';
import type { NewSigningKey } from '../stores/signingKeys.ts';

/** Where the private half of a key is kept. */
export function placeOfKey(kid: string): string {
  return `sessions.signing_keys.private_jwk:${kid}`;
}

/** Makes a key pair, its private half encrypted, its name the thumbprint of its public half (RFC 7638). */
export async function makeSigningKey(encryptionKeys: EncryptionKeys, state: SigningKeyState, now: Date): Promise<NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(accessTokenAlgorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateJwkEncrypted = encryptField(encryptionKeys, placeOfKey(kid), JSON.stringify(await exportJWK(privateKey)));
  return { kid, algorithm: accessTokenAlgorithm, publicJwk, privateJwkEncrypted, state, createdAt: now };
}
