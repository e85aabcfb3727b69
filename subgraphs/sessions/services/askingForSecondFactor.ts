import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { hashOfSecret } from '../domain/refreshToken.ts';
import { newSecret } from '../domain/secret.ts';
import { challengeRule } from '../domain/twoFactorChallenge.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { addChallenge } from '../stores/twoFactorChallenges.ts';
import type { Proof } from './openingSession.ts';

/** What the first of two steps of signing in brings. It opens nothing but the second. */
export interface Challenged {
  readonly twoFactorToken: string;
}

/** For whom the second step is outstanding, and what it will open. */
export interface ChallengeSubject {
  readonly userId: UserId;
  readonly tenantId: TenantId | null;
  readonly remember: boolean;
}

/** Asks somebody who has proved their password for the second factor. */
export async function askForSecondFactor(parts: SessionsParts, { userId, tenantId, remember }: ChallengeSubject, proof: Proof): Promise<Challenged> {
  const twoFactorToken = newSecret('kc');
  const now = parts.clock.now();
  const { attemptsMax: attemptsLeft, lifeMs } = challengeRule;
  await parts.database.transaction({ userId, tenantId }, async (tx) => {
    await proof(tx, now);
    await addChallenge(tx, { tokenHash: hashOfSecret(twoFactorToken), userId, tenantId, remember, issuedAt: now, expiresAt: new Date(now.getTime() + lifeMs), attemptsLeft });
  });
  return { twoFactorToken };
}
