import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { CompactSign, compactVerify, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';

const secret = 'a record key that is long enough for tests';
const keys = recordKeys(secret);
const others = recordKeys(`${secret}!`);

describe('the digest of a record', () => {
  test('is the same in every process that has the secret, and in none that has not', () => {
    expect(keys.digest('purpose', 'part').toString('hex')).toBe('524d18c701ef77822f9d307b07607c1fda1847fdc1b9d02d2c938351a90591f8');
    expect(others.digest('purpose', 'part')).not.toEqual(keys.digest('purpose', 'part'));
  });

  test('is another one for another purpose, and however the parts are cut', () => {
    const digests = [
      keys.digest('purpose', 'ab', 'c'),
      keys.digest('purpose', 'a', 'bc'),
      keys.digest('purpose', 'abc'),
      keys.digest('purpose', 'abc', ''),
      keys.digest('purposea', 'b', 'c'),
      keys.digest('purpose'),
      keys.digest('other', 'ab', 'c'),
    ];
    expect(new Set(digests.map((digest) => digest.toString('hex'))).size).toBe(digests.length);
    expect(keys.digest('purpose', Buffer.from('ä'))).toEqual(keys.digest('purpose', 'ä'));
  });
});

describe('the signature of a record', () => {
  test('can be checked by anybody with the public key', async () => {
    const jws = await keys.sign({ record: 'test', seq: 1 });
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(keys.publicJwk, 'EdDSA'));
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ record: 'test', seq: 1 });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'kith-record+jwt', kid: keys.publicJwk.kid });
    expect(await keys.verify(jws)).toEqual({ record: 'test', seq: 1 });
    expect(Object.keys(keys.publicJwk).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  test('of another key, of another kind of token, of none and of a changed text does not hold', async () => {
    const jws = await keys.sign({ record: 'test' });
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'kith-record+jwt' })).toString('base64url');
    const changed = Buffer.from(JSON.stringify({ record: 'other' })).toString('base64url');
    const hmac = await new CompactSign(Buffer.from('{}')).setProtectedHeader({ alg: 'HS256', typ: 'kith-record+jwt' }).sign(Buffer.from(keys.publicJwk.x ?? '', 'base64url'));
    for (const forged of [await others.sign({ record: 'test' }), `${header}.${changed}.${signature}`, `${none}.${payload}.`, `${none}.${payload}.${signature}`, hmac, '', 'x.y.z']) {
      await expect(keys.verify(forged), forged).rejects.toThrow();
    }
  });

  test('of what is no record does not hold', async () => {
    await expect(keys.verify(await keys.sign([1]))).rejects.toThrow();
  });

  test('is made with keys that are derived once', () => {
    expect(recordKeys(secret)).toBe(keys);
    expect(keys.publicJwk.kid).not.toBe(others.publicJwk.kid);
  });
});
