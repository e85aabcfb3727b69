import type { JsonWebKey } from 'node:crypto';
import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { z } from 'zod';

/** What records are chained and signed with. */
export interface RecordKeys {
  /** The keyed digest (HMAC-SHA256) of some parts, for one purpose: the same parts have another digest for another one. */
  digest(purpose: string, ...parts: readonly (string | Uint8Array)[]): Buffer;
  /** Signs a record, as a compact JWS (RFC 7515). What kind of record it is must stand in the payload: one key signs all of them. */
  sign(payload: object): Promise<string>;
  /** Reads a signed record. Throws when its signature does not hold, or it is no record. */
  verify(jws: string): Promise<Record<string, unknown>>;
  /** What anybody can check the signatures with. */
  readonly publicJwk: JsonWebKey & { readonly kid: string };
}

const signed = { alg: 'EdDSA', typ: 'kith-record+jwt' } as const;
const record = z.record(z.string(), z.unknown());

const derived = new Map<string, RecordKeys>();

/** Derives the keys of records from RECORD_KEY (HKDF-SHA256, RFC 5869), once in a process: one for digests, one pair (Ed25519, RFC 8032) for signatures. */
export function recordKeys(secret: string): RecordKeys {
  const known = derived.get(secret) ?? derive(secret);
  derived.set(secret, known);
  return known;
}

function derive(secret: string): RecordKeys {
  const digestKey = material(secret, 'kith record digests 1');
  const privateKey = createPrivateKey({ key: pkcs8(material(secret, 'kith record signatures 1')), format: 'der', type: 'pkcs8' });
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicJwk = { ...jwk, alg: signed.alg, use: 'sig', kid: thumbprint(jwk) };
  const publicKey = createPublicKey(privateKey);
  return {
    digest(purpose, ...parts) {
      const hmac = createHmac('sha256', digestKey);
      for (const part of [purpose, ...parts]) hmac.update(lengthOf(part)).update(part);
      return hmac.digest();
    },
    sign: (payload) => new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ ...signed, kid: publicJwk.kid }).sign(privateKey),
    async verify(jws) {
      const { payload, protectedHeader } = await compactVerify(jws, publicKey, { algorithms: [signed.alg] });
      if (protectedHeader.typ !== signed.typ) throw new Error('what is signed is no record');
      return record.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
    },
    publicJwk,
  };
}

function material(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

/** An Ed25519 private key in the form node reads: RFC 8410, section 7, around its 32 bytes. */
function pkcs8(seed: Buffer): Buffer {
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
}

/** Before each part goes its length: however parts are cut, no two lists of them read alike. */
function lengthOf(part: string | Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(part));
  return length;
}

/** The id of a key that follows from the key itself (RFC 7638). */
function thumbprint({ crv, kty, x }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}
