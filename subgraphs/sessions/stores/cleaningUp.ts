import type { Transaction } from '@kith/drizzle/database.ts';
import { sql } from 'drizzle-orm';

/** What lapses with time. */
export type Lapsing = 'successors' | 'refresh_tokens' | 'sessions' | 'two_factor_challenges' | 'password_resets' | 'unconfirmed_factors' | 'lockouts' | 'known_devices' | 'reset_requests' | 'revocations';

/** Removes up to so many rows of a kind that lapsed by a moment, whoever's they are, by the port of the keeper. Answers how many. */
export async function removeLapsed(tx: Transaction, what: Lapsing, before: Date, rowsMax: number): Promise<number> {
  const [row] = await tx.select({ removed: sql<number>`removed` }).from(sql`sessions.remove_lapsed(${what}, ${before.toISOString()}, ${rowsMax}) as removed`);
  return row?.removed ?? 0;
}

/** Makes the months of the logs that lie ahead, by the port of the owner. Answers how many were missing. */
export async function makeMonthsAhead(tx: Transaction): Promise<number> {
  const [row] = await tx.select({ made: sql<number>`made` }).from(sql`kith.keep_months_ahead() as made`);
  return row?.made ?? 0;
}
