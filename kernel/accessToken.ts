import type { CryptoKey, JWTVerifyGetKey } from 'jose';
import { SignJWT, errors, jwtVerify } from 'jose';
import { v7 } from 'uuid';
import { z } from 'zod';
import { roles } from './role.ts';
import type { SignedIn, Viewer } from './viewer.ts';
import { signedIn } from './viewer.ts';

/** How access tokens are signed: Ed25519 (RFC 8037). */
export const accessTokenAlgorithm = 'EdDSA';

/** Whom access tokens are from and for. */
export interface TokenParties {
  readonly issuer: string;
  readonly audience: string;
}

/** The private key that signs, with the id its public half is published under. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

const claims = z
  .object({
    sub: z.string(),
    sid: z.string(),
    tid: z.string().nullable(),
    role: z.enum(roles).nullable(),
    adm: z.boolean(),
  })
  .transform(({ sub, sid, tid, role, adm }) => ({ kind: 'person', userId: sub, sessionId: sid, tenantId: tid, role, platformAdministrator: adm }))
  .pipe(signedIn);

/** Issues an access token (RFC 7519, in the manner of RFC 9068) for a person, a session and an active tenant. */
export async function issueAccessToken(key: SigningKey, parties: TokenParties, viewer: SignedIn, issuedAt: Date, ttlSeconds: number): Promise<string> {
  const seconds = Math.floor(issuedAt.getTime() / 1_000);
  return new SignJWT({ sid: viewer.sessionId, tid: viewer.tenantId, role: viewer.role, adm: viewer.platformAdministrator })
    .setProtectedHeader({ alg: accessTokenAlgorithm, typ: 'at+jwt', kid: key.kid })
    .setIssuer(parties.issuer)
    .setAudience(parties.audience)
    .setSubject(viewer.userId)
    .setJti(v7())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ttlSeconds)
    .sign(key.privateKey);
}

/** Reads an access token. Throws when anything about it is not as issued: algorithm, type, key, parties, times, claims. */
export async function verifyAccessToken(token: string, keys: JWTVerifyGetKey, parties: TokenParties, now: Date): Promise<Viewer> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: [accessTokenAlgorithm],
    typ: 'at+jwt',
    issuer: parties.issuer,
    audience: parties.audience,
    requiredClaims: ['sub', 'sid', 'jti', 'iat', 'exp'],
    clockTolerance: 2,
    currentDate: now,
  });
  const viewer = claims.safeParse(payload);
  // Ours, but of another version: as good as none.
  if (!viewer.success) throw new errors.JWTInvalid('the claims are not those of an access token');
  return viewer.data;
}
