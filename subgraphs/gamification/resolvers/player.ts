import { standing } from '../domain/levelCurve.ts';
import type { PlayerResolvers } from '../generated/resolvers.ts';
import { achievementsOfPlayer } from '../services/listing.ts';

export const Player: PlayerResolvers = {
  user: ({ userId }) => ({ id: userId }),
  level: ({ experience }) => standing(experience).level,
  levelStartsAt: ({ experience }) => standing(experience).levelStartsAt,
  nextLevelAt: ({ experience }) => standing(experience).nextLevelAt,
  wallet: ({ sparklePoints, premiumPoints }) => ({ sparklePoints, premiumPoints }),
  achievements: ({ id }, args, { loaders }) => achievementsOfPlayer(loaders, id, args),
};
