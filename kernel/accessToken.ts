import type { CryptoKey, JWTVerifyGetKey } from 'jose';
import { SignJWT, errors, jwtVerify } from 'jose';
import { v7 } from 'uuid';
import { z } from 'zod';
import { roles } from './role.ts';
import type { SignedIn } from './viewer.ts';
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
    ims: z.number().int(),
  })
  .transform(({ sub, sid, tid, role, adm, ims }) => ({
    viewer: { kind: 'person', userId: sub, sessionId: sid, tenantId: tid, role, platformAdministrator: adm },
    issuedAt: new Date(ims),
  }))
  .pipe(z.object({ viewer: signedIn, issuedAt: z.date() }));

/** When a token is issued, and when it ends. */
export interface TokenLife {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** A token that holds. */
export interface VerifiedToken {
  readonly viewer: SignedIn;
  readonly issuedAt: Date;
}

/** Issues an access token (RFC 7519, in the manner of RFC 9068) for a person, a session and an active tenant. */
export async function issueAccessToken(key: SigningKey, parties: TokenParties, viewer: SignedIn, { issuedAt, expiresAt }: TokenLife): Promise<string> {
  const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1_000);
  // `iat` in milliseconds as well: one that a person was given in the same second, but after their tokens were voided, is good.
  const own = { sid: viewer.sessionId, tid: viewer.tenantId, role: viewer.role, adm: viewer.platformAdministrator, ims: issuedAt.getTime() };
  return new SignJWT(own)
    .setProtectedHeader({ alg: accessTokenAlgorithm, typ: 'at+jwt', kid: key.kid })
    .setIssuer(parties.issuer)
    .setAudience(parties.audience)
    .setSubject(viewer.userId)
    .setJti(v7())
    .setIssuedAt(seconds(issuedAt))
    .setExpirationTime(seconds(expiresAt))
    .sign(key.privateKey);
}

/** Reads an access token. Throws when anything about it is not as issued: algorithm, type, key, parties, times, claims. */
export async function verifyAccessToken(token: string, keys: JWTVerifyGetKey, parties: TokenParties, now: Date): Promise<VerifiedToken> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: [accessTokenAlgorithm],
    typ: 'at+jwt',
    issuer: parties.issuer,
    audience: parties.audience,
    requiredClaims: ['sub', 'sid', 'jti', 'iat', 'exp'],
    clockTolerance: 2,
    currentDate: now,
  });
  const verified = claims.safeParse(payload);
  // Ours, but of another version: as good as none.
  if (!verified.success) throw new errors.JWTInvalid('the claims are not those of an access token');
  return verified.data;
}
