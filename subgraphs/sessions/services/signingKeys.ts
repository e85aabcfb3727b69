import type { Database } from '@kith/drizzle/database.ts';
import type { SigningKey } from '@kith/kernel/accessToken.ts';
import { accessTokenAlgorithm } from '@kith/kernel/accessToken.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import type { CryptoKey, JSONWebKeySet, JWK } from 'jose';
import { importJWK } from 'jose';
import { z } from 'zod';
import type { SigningKeyState } from '../domain/signingKey.ts';
import { isPublished, keysRememberedMs } from '../domain/signingKey.ts';
import type { SigningKeyRow } from '../stores/signingKeys.ts';
import { addSigningKey, findSigningKeys } from '../stores/signingKeys.ts';
import { makeSigningKey, placeOfKey } from './makingKeys.ts';

/** The keys that sign access tokens. */
export interface SigningKeys {
  /** The key to sign with now. */
  current(): Promise<SigningKey>;
  /** The public keys that tokens can be checked with (RFC 7517): the one that signs, the one that will, and those that lately did. */
  published(): Promise<JSONWebKeySet>;
}

export interface SigningKeysOptions {
  readonly database: Database;
  readonly encryptionKeys: EncryptionKeys;
  readonly accessTokenTtlSeconds: number;
  readonly clock: Clock;
}

interface Keys {
  readonly signing: SigningKey;
  readonly published: JSONWebKeySet;
}

const nobody = { userId: null, tenantId: null };
const jwk = z.looseObject({ kty: z.string() });
/** The order keys are published in: whoever looks through them finds the usual one first. */
const inSet: readonly SigningKeyState[] = ['SIGNING', 'NEXT', 'RETIRED'];

/** Keeps the signing keys of a database; makes the first ones when there are none. Looks for a rotation every half minute. */
export function signingKeys(options: SigningKeysOptions): SigningKeys {
  const { clock } = options;
  let remembered: { at: number; keys: Promise<Keys> } | undefined;
  const keys = (): Promise<Keys> => {
    const now = clock.now().getTime();
    if (remembered === undefined || now - remembered.at > keysRememberedMs) {
      const fresh = { at: now, keys: readKeys(options) };
      fresh.keys.catch(() => {
        if (remembered === fresh) remembered = undefined;
      });
      remembered = fresh;
    }
    return remembered.keys;
  };
  return { current: async () => (await keys()).signing, published: async () => (await keys()).published };
}

async function readKeys({ database, encryptionKeys, accessTokenTtlSeconds, clock }: SigningKeysOptions): Promise<Keys> {
  const now = clock.now();
  const rows = await database.transaction(nobody, async (tx) => {
    const known = await findSigningKeys(tx);
    const missing = (['SIGNING', 'NEXT'] as const).filter((state) => !known.some((key) => key.state === state));
    if (missing.length === 0) return known;
    for (const state of missing) await addSigningKey(tx, await makeSigningKey(encryptionKeys, state, now));
    return findSigningKeys(tx);
  });
  const signing = rows.find(({ state }) => state === 'SIGNING');
  if (signing === undefined) throw new Error('there is no signing key, and none could be made');
  const published = rows
    .filter((row) => isPublished(row, now, accessTokenTtlSeconds))
    .toSorted((one, other) => inSet.indexOf(one.state) - inSet.indexOf(other.state))
    .map(toPublished);
  return { signing: await toSigningKey(signing, encryptionKeys), published: { keys: published } };
}

async function toSigningKey({ kid, privateJwkEncrypted }: SigningKeyRow, encryptionKeys: EncryptionKeys): Promise<SigningKey> {
  const privateJwk: JWK = jwk.parse(JSON.parse(decryptField(encryptionKeys, placeOfKey(kid), privateJwkEncrypted)));
  return { kid, privateKey: (await importJWK(privateJwk, accessTokenAlgorithm)) as CryptoKey }; // jose answers bytes for symmetric keys only
}

function toPublished({ kid, algorithm, publicJwk }: SigningKeyRow): JWK {
  return { ...jwk.parse(publicJwk), kid, alg: algorithm, use: 'sig' };
}
