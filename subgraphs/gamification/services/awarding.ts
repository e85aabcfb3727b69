import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { EventSubject } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { levelsPassed } from '../domain/levelCurve.ts';
import { pointsForLevel } from '../domain/reward.ts';
import { pay } from '../stores/ledger.ts';
import type { PlayerKey } from '../stores/playing.ts';
import { addExperience } from '../stores/playing.ts';

/**
 * Gives a player experience, and what each level brings that they reach by it. `subject` says when, and what it follows from. To be
 * called in the scope of the player's tenant.
 */
export async function award(tx: Transaction, player: PlayerKey, given: { amount: number; source: string }, subject: EventSubject): Promise<void> {
  const at = subject.occurredAt;
  const experience = await addExperience(tx, player, { ...given, at });
  for (const level of levelsPassed(experience - given.amount, experience)) {
    await pay(tx, { player, points: pointsForLevel(level), cause: 'level_up', idempotencyKey: `level_up:${player.id}:${level}`, at });
    await announce(tx, eventOf('player.level_up', { ...subject, tenantId: player.tenantId }, { level }));
  }
}
