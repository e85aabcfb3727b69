import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { verifiedEmailExperience } from '../domain/reward.ts';
import type { GamificationParts } from '../gamificationParts.ts';
import { findOrAddPlayer, findTenantsPlayedIn } from '../stores/playing.ts';
import { award } from './awarding.ts';

/**
 * Gives experience for a proven e-mail address, in every tenant the person plays in and in the one they registered in: there they
 * may not be a player yet, when the welcome is late.
 */
export function awardVerifiedEmail({ database, clock }: GamificationParts): Consumer {
  return consumer('gamification.award_verified_email', database, async (tx, { userId, tenantId, requestId }) => {
    if (userId === null) return;
    const at = clock.now();
    const tenants = new Set([...(await findTenantsPlayedIn(tx)), ...(tenantId === null ? [] : [tenantId])]);
    // In one order, whoever does it: each tenant's mint is a place to wait at.
    for (const tenantId of [...tenants].sort()) {
      await enterScope(tx, { userId, tenantId });
      const player = await findOrAddPlayer(tx, userId, tenantId, at);
      await award(tx, player, { amount: verifiedEmailExperience, source: 'email_verified' }, { occurredAt: at, userId, tenantId, requestId });
    }
  });
}
