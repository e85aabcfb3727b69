import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Player, PlayerAchievement } from './domain/player.ts';

/** What the resolvers of each type are handed. Types that are not named here are handed what the SDL says. */

export type PlayerParent = Player;
export type PlayerAchievementParent = PlayerAchievement;
export interface UserParent {
  readonly id: UserId;
}
export interface TenantParent {
  readonly id: TenantId;
}
