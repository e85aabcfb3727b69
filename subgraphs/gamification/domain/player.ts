import type { UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';

/** A person inside one tenant. Points are exact decimals as text, with 4 places. */
export interface Player {
  readonly id: string;
  readonly userId: UserId;
  readonly experience: number;
  readonly sparklePoints: string;
  readonly premiumPoints: string;
}

/** An achievement a player has unlocked. */
export interface PlayerAchievement {
  readonly unlockedAt: Date;
  readonly achievement: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly rarity: 'COMMON' | 'UNCOMMON' | 'RARE' | 'EPIC' | 'LEGENDARY';
  };
}

/** Where a list of unlocked achievements goes on: when the last one was unlocked, and its id. */
export type AchievementCursor = readonly [unlockedAt: string, achievementId: string];

export const achievementCursors = cursorCodec('achievements', z.tuple([cursorMoment, cursorId]), ({ unlockedAt, achievement }: PlayerAchievement) => [unlockedAt.toISOString(), achievement.id]);
