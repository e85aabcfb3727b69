import type { Transaction } from '../../database.ts';
import { achievements, playerAchievements } from '../../tables/gamification.ts';
import { achievements as definitions } from '../achievements.ts';
import type { Cast, Member } from '../cast.ts';
import { between } from '../days.ts';
import { demoIds } from '../demoId.ts';
import { variation } from '../variation.ts';

type AchievementRow = typeof achievements.$inferInsert;

const unlockedMax = 8;

/** Defines the achievements of each tenant and lets members unlock some: the further they have come, the more. */
export async function unlockAchievements(tx: Transaction, cast: Cast): Promise<void> {
  const nextId = demoIds('achievement');
  const defined = cast.tenants.flatMap(({ id, slug, createdAt }) => definitions[slug].map((definition) => ({ ...definition, id: nextId(), tenantId: id, createdAt })));
  await tx.insert(achievements).values(defined);
  await tx.insert(playerAchievements).values(
    cast.members.flatMap((member) => unlockedBy(member, defined).map((achievement, index, all) => unlockRow(cast, member, achievement, (index + 1) / (all.length + 1)))),
  );
}

/** Leaves out one of the list here and there, so that two people of one level do not have the same ones. */
function unlockedBy(member: Member, defined: readonly AchievementRow[]): AchievementRow[] {
  const { playerId, tenantId, level } = member;
  return defined
    .filter((achievement) => achievement.tenantId === tenantId)
    .filter(({ name }) => variation(4, playerId, name) !== 0)
    .slice(0, countOf(member, level));
}

function countOf({ persona, verifiedAt, playerId }: Member, level: number): number {
  if (verifiedAt === null) return 0;
  if (persona.username === 'ada') return unlockedMax;
  return Math.min(unlockedMax, Math.max(0, level - 2 + variation(3, playerId, 'unlocked')));
}

function unlockRow({ today }: Cast, { playerId, tenantId, joinedAt }: Member, { id }: AchievementRow, share: number): typeof playerAchievements.$inferInsert {
  return { playerId, tenantId, achievementId: id, unlockedAt: between(joinedAt, today, share) };
}
