import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import type { GamificationParts } from '../gamificationParts.ts';
import { findOrAddPlayer } from '../stores/playing.ts';

/** Makes whoever joined a tenant a player there. Who registered in it is welcomed besides, before or after: either finds the player the other made. */
export function addPlayer({ database, clock }: GamificationParts): Consumer {
  return consumer('gamification.add_player', database, async (tx, { userId, tenantId }) => {
    if (userId !== null && tenantId !== null) await findOrAddPlayer(tx, userId, tenantId, clock.now());
  });
}
