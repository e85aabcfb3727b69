/** How long the second step of signing in may take, and how often it may be tried. */
export const challengeRule = { lifeMs: 5 * 60_000, attemptsMax: 5 } as const;

/** A challenge whose attempt was not let through, as far as it says why. */
interface RefusedChallenge {
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
  readonly attemptsLeft: number;
}

/** Why a challenge lets no attempt through. One that is unknown or used looks like one that is over: either way one signs in anew. */
export function whyRefused(challenge: RefusedChallenge | null, now: Date): 'CODE_EXPIRED' | 'TOO_MANY_ATTEMPTS' {
  const isOver = challenge === null || challenge.usedAt !== null || challenge.expiresAt <= now;
  return isOver ? 'CODE_EXPIRED' : 'TOO_MANY_ATTEMPTS';
}
