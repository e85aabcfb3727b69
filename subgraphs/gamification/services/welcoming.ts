import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { registrationExperience, welcomePoints } from '../domain/reward.ts';
import type { GamificationParts } from '../gamificationParts.ts';
import { pay } from '../stores/ledger.ts';
import { findOrAddPlayer } from '../stores/playing.ts';
import { award } from './awarding.ts';

/** Makes whoever registered in a tenant a player there, with their first experience and points. */
export function welcomePlayer({ database, clock }: GamificationParts): Consumer {
  return consumer('gamification.welcome_player', database, async (tx, event) => {
    const { id, userId, tenantId, requestId } = event;
    if (userId === null || tenantId === null) return;
    const at = clock.now();
    const player = await findOrAddPlayer(tx, userId, tenantId, at);
    await award(tx, player, { amount: registrationExperience, source: 'registration' }, { occurredAt: at, userId, tenantId, requestId });
    await pay(tx, { player, points: welcomePoints, cause: 'registration', idempotencyKey: `registration:${id}`, at });
  });
}
