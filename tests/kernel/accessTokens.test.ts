import { issueAccessToken, verifyAccessToken } from '@kith/kernel/accessToken.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { roles } from '@kith/kernel/role.ts';
import type { SignedIn } from '@kith/kernel/viewer.ts';
import fc from 'fast-check';
import type { CryptoKey } from 'jose';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';

const parties = { issuer: 'kith', audience: 'kith' };
const ttlSeconds = 1_800;
const uuid = fc.uuid().map((id) => id.toLowerCase());
const viewers: fc.Arbitrary<SignedIn> = fc.record({
  kind: fc.constant('person' as const),
  userId: uuid.map((id) => id as UserId), // a UUID like any person's
  sessionId: uuid.map((id) => id as SessionId), // a UUID like any session's
  tenantId: fc.option(uuid.map((id) => id as TenantId)), // a UUID like any tenant's
  role: fc.option(fc.constantFrom(...roles)),
  platformAdministrator: fc.boolean(),
});
const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const later = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1_000);

describe('an access token', () => {
  let privateKey: CryptoKey;
  let keys: ReturnType<typeof createLocalJWKSet>;

  beforeAll(async () => {
    const pair = await generateKeyPair('EdDSA');
    ({ privateKey } = pair);
    keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'EdDSA' }] });
  });
  const issue = (viewer: SignedIn, issuedAt: Date): Promise<string> => issueAccessToken({ kid: 'one', privateKey }, parties, viewer, { issuedAt, expiresAt: later(issuedAt, ttlSeconds) });

  test('brings back whoever it was issued for, at any moment of its life', async () => {
    await fc.assert(
      fc.asyncProperty(viewers, moments, fc.integer({ min: 0, max: ttlSeconds - 1 }), async (viewer, issuedAt, age) => {
        expect(await verifyAccessToken(await issue(viewer, issuedAt), keys, parties, later(issuedAt, age))).toEqual({ viewer, issuedAt });
      }),
    );
  });

  test('works no longer than its time, two seconds of drift beside', async () => {
    await fc.assert(
      fc.asyncProperty(viewers, moments, fc.integer({ min: ttlSeconds + 3, max: 10_000_000 }), async (viewer, issuedAt, age) => {
        await expect(verifyAccessToken(await issue(viewer, issuedAt), keys, parties, later(issuedAt, age))).rejects.toThrow(errors.JWTExpired);
      }),
      { numRuns: 30 },
    );
  });

  test('is for its parties alone', async () => {
    await fc.assert(
      fc.asyncProperty(viewers, moments, async (viewer, now) => {
        const token = await issue(viewer, now);
        await expect(verifyAccessToken(token, keys, { ...parties, issuer: 'other' }, now)).rejects.toThrow(errors.JWTClaimValidationFailed);
        await expect(verifyAccessToken(token, keys, { ...parties, audience: 'other' }, now)).rejects.toThrow(errors.JWTClaimValidationFailed);
      }),
      { numRuns: 20 },
    );
  });

  test('changed in one letter is refused', async () => {
    await fc.assert(
      fc.asyncProperty(viewers, fc.nat(), fc.constantFrom('A', 'B', 'z', '0', '9', '-', '_'), async (viewer, place, letter) => {
        const now = new Date('2026-01-01');
        const token = await issue(viewer, now);
        // The last letter of a part holds bits that belong to nothing: changing them changes no byte.
        const at = place % (token.length - 1);
        fc.pre(token[at] !== letter && token[at] !== '.' && token[at + 1] !== '.');
        await expect(verifyAccessToken(`${token.slice(0, at)}${letter}${token.slice(at + 1)}`, keys, parties, now)).rejects.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  test('says what it is, by which key, and has an id of its own', async () => {
    const viewer: SignedIn = { kind: 'person', userId: 'u' as UserId, sessionId: 's' as SessionId, tenantId: null, role: null, platformAdministrator: false }; // never verified
    const [one, other] = [await issue(viewer, new Date()), await issue(viewer, new Date())];
    expect(decodeProtectedHeader(one)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'one' });
    expect(decodeJwt(one).jti).not.toBe(decodeJwt(other).jti);
    expect(Object.keys(decodeJwt(one)).toSorted()).toEqual(['adm', 'aud', 'exp', 'iat', 'ims', 'iss', 'jti', 'role', 'sid', 'sub', 'tid']);
  });
});
