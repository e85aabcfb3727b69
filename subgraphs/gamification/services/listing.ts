import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { PlayerAchievement } from '../domain/player.ts';
import { achievementCursors } from '../domain/player.ts';
import type { GamificationLoaders } from '../loaders.ts';

/** Lists what a player has unlocked, the latest first. Refuses BAD_REQUEST for a page that cannot be. */
export async function achievementsOfPlayer(loaders: GamificationLoaders, playerId: string, args: PageArguments): Promise<Page<PlayerAchievement>> {
  const page = pageRequest(args, achievementCursors);
  const rows = await loaders.achievementsOfPlayer.load(playerId, page);
  return pageOf<PlayerAchievement, unknown>(page, rows, achievementCursors, () => loaders.achievementCountOfPlayer.load(playerId));
}
