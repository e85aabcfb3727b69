import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { achievements, playerAchievements } from '@kith/drizzle/tables/gamification.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { PlayerAchievement } from '../domain/player.ts';

/** An unlocked achievement under the player it was asked for. */
export type AchievementRow = PlayerAchievement & ChildRow<string>;

const ofParent = sql`${playerAchievements.playerId} = parent.id and ${playerAchievements.tenantId} = ${sql.placeholder('tenantId')}`;
const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${playerAchievements.unlockedAt}`, type: 'timestamptz' },
    { column: sql`${playerAchievements.achievementId}`, type: 'uuid' },
  ],
  descending: true,
};

/** A page of what each of several players has unlocked, the latest first. */
export const achievementsOfPlayers = pagedStatement<AchievementRow>('achievements of players', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  return db
    .select({
      parentId: sql<string>`parent.id`,
      unlockedAt: sql`u.unlocked_at`.mapWith(playerAchievements.unlockedAt),
      achievement: { id: achievements.id, name: achievements.name, description: achievements.description, rarity: achievements.rarity },
    })
    .from(
      sql`${parents} cross join lateral (select ${playerAchievements.achievementId}, ${playerAchievements.unlockedAt} from ${playerAchievements}
        where ${ofParent} and ${beyond} order by ${orderBy} limit ${limit}) as u`,
    )
    .innerJoin(achievements, and(eq(achievements.id, sql`u.achievement_id`), eq(achievements.tenantId, sql.placeholder('tenantId'))))
    .orderBy(sql`u.unlocked_at ${sql.raw(page.direction === 'forward' ? 'desc' : 'asc')}, u.achievement_id ${sql.raw(page.direction === 'forward' ? 'desc' : 'asc')}`)
    .prepare('achievements_of_players');
});

/** How many achievements each of several players has unlocked. */
export const achievementCountsOfPlayers = statement<{ parentId: string; count: number }>('achievement counts of players', (db) =>
  db
    .select({ parentId: sql<string>`parent.id`, count: sql<number>`u.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${playerAchievements} where ${ofParent}) as u`)
    .prepare('achievement_counts_of_players'),
);
