import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { inOrder } from '@kith/kernel/batch.ts';
import type { ConnectionLoader } from '@kith/kernel/connectionLoader.ts';
import { connectionLoader } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { Circulation } from './domain/circulation.ts';
import { nothingOut } from './domain/circulation.ts';
import type { AchievementCursor, Player } from './domain/player.ts';
import type { AchievementRow } from './stores/achievements.ts';
import { achievementCountsOfPlayers, achievementsOfPlayers } from './stores/achievements.ts';
import { circulationOfTenants } from './stores/circulation.ts';
import { playersByPerson } from './stores/players.ts';

/** Every batched read of the gamification subgraph. All of it is of the active tenant. */
export interface GamificationLoaders {
  readonly playerOfPerson: DataLoader<UserId, Player | null>;
  readonly achievementsOfPlayer: ConnectionLoader<string, AchievementRow, AchievementCursor>;
  readonly achievementCountOfPlayer: DataLoader<string, number>;
  readonly circulation: DataLoader<TenantId, Circulation>;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer): GamificationLoaders {
  const { tenantId } = scopeOf(viewer);
  return {
    playerOfPerson: new DataLoader(async (ids) => inOrder(ids, await reads.run(playersByPerson, { ids, tenantId }), (row) => row.userId)),
    achievementsOfPlayer: connectionLoader((ids, page) => reads.run(achievementsOfPlayers(page), { ids, tenantId, ...cursorValues(page) })),
    achievementCountOfPlayer: new DataLoader(async (ids) => {
      const rows = await reads.run(achievementCountsOfPlayers, { ids, tenantId });
      return inOrder(ids, rows, (row) => row.parentId).map((row) => row?.count ?? 0);
    }),
    circulation: new DataLoader(async (ids) => {
      const rows = inOrder(ids, await reads.run(circulationOfTenants, { ids, tenantId }), (row) => row.tenantId);
      return ids.map((id, index) => rows[index] ?? nothingOut(id));
    }),
  };
}
