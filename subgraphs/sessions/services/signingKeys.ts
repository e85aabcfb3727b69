import type { Database } from '@kith/drizzle/database.ts';
import type { SigningKey } from '@kith/kernel/accessToken.ts';
import { accessTokenAlgorithm } from '@kith/kernel/accessToken.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import { decryptField, encryptField } from '@kith/kernel/fieldEncryption.ts';
import type { CryptoKey, JSONWebKeySet, JWK } from 'jose';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import type { SigningKeyRow } from '../stores/signingKeys.ts';
import { addSigningKey, findSigningKeys } from '../stores/signingKeys.ts';

/** The keys that sign access tokens. */
export interface SigningKeys {
  /** The key to sign with now. */
  current(): Promise<SigningKey>;
  /** The public keys that tokens can be checked with (RFC 7517). */
  published(): Promise<JSONWebKeySet>;
}

/** How long a process goes on with the keys it has read. */
const rememberedMs = 30_000;

const nobody = { userId: null, tenantId: null };
const placeOf = (kid: string): string => `sessions.signing_keys.private_jwk:${kid}`;
const jwk = z.looseObject({ kty: z.string() });

/** Keeps the signing keys of a database; makes the first one when there is none. */
export function signingKeys(database: Database, encryptionKeys: EncryptionKeys, clock: Clock): SigningKeys {
  let remembered: { at: number; keys: Promise<{ signing: SigningKey; published: JSONWebKeySet }> } | undefined;

  const read = async () => {
    const rows = await database.transaction(nobody, async (tx) => {
      const known = await findSigningKeys(tx);
      if (known.some(({ state }) => state === 'SIGNING')) return known;
      await addSigningKey(tx, await newKey(encryptionKeys, clock.now()));
      return findSigningKeys(tx);
    });
    const signing = rows.find(({ state }) => state === 'SIGNING');
    if (signing === undefined) throw new Error('there is no signing key, and none could be made');
    return { signing: await toSigningKey(signing, encryptionKeys), published: { keys: rows.map(toPublished) } };
  };
  const keys = () => {
    const now = performance.now();
    if (remembered === undefined || now - remembered.at > rememberedMs) {
      const fresh = { at: now, keys: read() };
      fresh.keys.catch(() => {
        if (remembered === fresh) remembered = undefined;
      });
      remembered = fresh;
    }
    return remembered.keys;
  };
  return { current: async () => (await keys()).signing, published: async () => (await keys()).published };
}

async function newKey(encryptionKeys: EncryptionKeys, now: Date) {
  const { publicKey, privateKey } = await generateKeyPair(accessTokenAlgorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateJwkEncrypted = encryptField(encryptionKeys, placeOf(kid), JSON.stringify(await exportJWK(privateKey)));
  return { kid, algorithm: accessTokenAlgorithm, publicJwk, privateJwkEncrypted, state: 'SIGNING' as const, createdAt: now };
}

async function toSigningKey({ kid, privateJwkEncrypted }: SigningKeyRow, encryptionKeys: EncryptionKeys): Promise<SigningKey> {
  const privateJwk: JWK = jwk.parse(JSON.parse(decryptField(encryptionKeys, placeOf(kid), privateJwkEncrypted)));
  return { kid, privateKey: (await importJWK(privateJwk, accessTokenAlgorithm)) as CryptoKey }; // jose answers bytes for symmetric keys only
}

function toPublished({ kid, algorithm, publicJwk }: SigningKeyRow): JWK {
  return { ...jwk.parse(publicJwk), kid, alg: algorithm, use: 'sig' };
}
