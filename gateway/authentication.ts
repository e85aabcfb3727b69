import type { TokenParties, VerifiedToken } from '@kith/kernel/accessToken.ts';
import { verifyAccessToken } from '@kith/kernel/accessToken.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { FollowedRevocations } from '@kith/kernel/revocations.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import { errors } from 'jose';
import type { VerificationKeys } from './verificationKeys.ts';

/** Finds out who asks. */
export interface Authentication {
  /** Reads an Authorization header. Refuses UNAUTHENTICATED when there is one that does not hold or was revoked; without one nobody asks. */
  viewerOf(authorization: string | undefined): Promise<Viewer>;
  /** Reads an access token that was issued this moment, by a subgraph that has just looked how its person stands. Throws when it does not hold. */
  verify(token: string): Promise<Viewer>;
}

// A token is three parts of base64url and nothing else: with white space inside, two texts would be one token.
const bearer = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/** Makes the authentication of a process. */
export function authentication(options: { keys: VerificationKeys; parties: TokenParties; revocations: FollowedRevocations; clock: Clock }): Authentication {
  const { keys, parties, revocations, clock } = options;
  const read = (token: string): Promise<VerifiedToken> => verifyAccessToken(token, keys.find, parties, clock.now());
  return {
    verify: async (token) => (await read(token)).viewer,
    async viewerOf(authorization) {
      if (authorization === undefined) return anonymous;
      const token = bearer.exec(authorization)?.[1];
      if (token === undefined) throw new RequestError('UNAUTHENTICATED', 'The Authorization header has to be `Bearer <access token>`.');
      const verified = await read(token).catch(refuseUnheld);
      revocations.requireUnrevoked(verified);
      return verified.viewer;
    },
  };
}

function refuseUnheld(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new RequestError('UNAUTHENTICATED', 'The access token has expired. Get another with `sessionRefresh`, or sign in again.');
  if (error instanceof errors.JOSEError) throw new RequestError('UNAUTHENTICATED', 'The access token does not hold. Sign in again.');
  throw error;
}
