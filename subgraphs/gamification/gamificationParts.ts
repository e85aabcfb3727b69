import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';

/** What the services of the gamification subgraph work with. */
export interface GamificationParts {
  readonly database: Database;
  readonly clock: Clock;
}
