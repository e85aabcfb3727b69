import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';

/** A password hash that another system made. Verified as that system did: without our pepper, and without normalising the password. */
export interface ImportedHash {
  /** The name of its form, for reports. */
  readonly format: 'pbkdf2_sha256' | 'salt$hex' | 'bcrypt' | 'scrypt';
  verify(password: string): Promise<boolean>;
  /** How many bytes of a password this form looks at. What is longer was verified in part only. */
  readonly bytesMax: number;
}

// What a hash may cost to verify: a table from elsewhere must not be able to hold this process up for minutes.
const iterationsMax = 2_000_000;
const bcryptCostMax = 14;
const scryptBytesMax = 128 * 1_024 * 1_024;
const scryptParallelismMax = 16;

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);

type Reader = (text: string) => ImportedHash | null;

/**
 * Reads a password hash of another system. Null for a form that is not known here, or that would cost too much:
 * - `pbkdf2_sha256$<iterations>$<salt>$<base64>` as Django writes it;
 * - `<salt>$<64 hex digits>`: PBKDF2-HMAC-SHA256 with 200,000 iterations, the salt taken as text;
 * - bcrypt: `$2a$`, `$2b$`, `$2y$`;
 * - scrypt as Werkzeug (`scrypt:N:r:p$<salt>$<hex>`), Django (`scrypt$N$<salt>$r$p$<base64>`) and passlib (`$scrypt$ln=..,r=..,p=..$..$..`) write it.
 */
export function readImportedHash(text: string): ImportedHash | null {
  for (const read of readers) {
    const hash = read(text);
    if (hash !== null) return hash;
  }
  return null;
}

const readers: readonly Reader[] = [
  (text) => {
    const [, iterations, salt, hash] = /^pbkdf2_sha256\$(\d{1,7})\$([^$]{1,128})\$([A-Za-z0-9+/]{43}=)$/.exec(text) ?? [];
    return salt === undefined || hash === undefined ? null : pbkdf2Hash('pbkdf2_sha256', Number(iterations), salt, Buffer.from(hash, 'base64'));
  },
  (text) => {
    const [, salt, hash] = /^([^$]{1,128})\$([0-9a-fA-F]{64})$/.exec(text) ?? [];
    return salt === undefined || hash === undefined ? null : pbkdf2Hash('salt$hex', 200_000, salt, Buffer.from(hash, 'hex'));
  },
  (text) => {
    const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text) ?? [];
    if (cost === undefined || Number(cost) < 4 || Number(cost) > bcryptCostMax) return null;
    return { format: 'bcrypt', bytesMax: 72, verify: (password) => verifyBcrypt(password, text) };
  },
  (text) => {
    const [, n, r, p, salt, hash] = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3})\$([^$]{1,128})\$((?:[0-9a-f]{2}){16,64})$/.exec(text) ?? [];
    return salt === undefined || hash === undefined ? null : scryptHash({ n: Number(n), r: Number(r), p: Number(p) }, Buffer.from(salt), Buffer.from(hash, 'hex'));
  },
  (text) => {
    const [, n, salt, r, p, hash] = /^scrypt\$(\d{1,8})\$([^$]{1,128})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]{22,88}={0,2})$/.exec(text) ?? [];
    return salt === undefined || hash === undefined ? null : scryptHash({ n: Number(n), r: Number(r), p: Number(p) }, Buffer.from(salt), Buffer.from(hash, 'base64'));
  },
  (text) => {
    const [, log, r, p, salt, hash] = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,128})\$([A-Za-z0-9+/]{22,88})$/.exec(text) ?? [];
    return salt === undefined || hash === undefined ? null : scryptHash({ n: 2 ** Number(log), r: Number(r), p: Number(p) }, Buffer.from(salt, 'base64'), Buffer.from(hash, 'base64'));
  },
];

function pbkdf2Hash(format: 'pbkdf2_sha256' | 'salt$hex', iterations: number, salt: string, expected: Buffer): ImportedHash | null {
  if (iterations < 1 || iterations > iterationsMax) return null;
  return {
    format,
    bytesMax: Infinity,
    verify: async (password) => timingSafeEqual(await derivePbkdf2(password, salt, iterations, expected.length, 'sha256'), expected),
  };
}

function scryptHash({ n, r, p }: { n: number; r: number; p: number }, salt: Buffer, expected: Buffer): ImportedHash | null {
  const isPowerOfTwo = n > 1 && Number.isInteger(Math.log2(n));
  const bytes = 128 * n * r;
  if (!isPowerOfTwo || r < 1 || p < 1 || p > scryptParallelismMax || bytes > scryptBytesMax) return null;
  // Node refuses what reaches its limit, which does not count what `p` and a last block take on top.
  const options = { N: n, r, p, maxmem: bytes + 128 * r * (p + 2) + 1_024 };
  return { format: 'scrypt', bytesMax: Infinity, verify: async (password) => timingSafeEqual(await deriveScrypt(password, salt, expected.length, options), expected) };
}
