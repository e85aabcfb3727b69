import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import type { GamificationParts } from './gamificationParts.ts';
import { addPlayer } from './services/addingPlayer.ts';
import { awardVerifiedEmail } from './services/awardingVerifiedEmail.ts';
import { welcomePlayer } from './services/welcoming.ts';

/** What the gamification subgraph does beside answering. */
export function gamificationJobs(parts: GamificationParts): Jobs {
  return { consumers: [welcomePlayer(parts), addPlayer(parts), awardVerifiedEmail(parts)], tasks: [], scheduled: [] };
}
