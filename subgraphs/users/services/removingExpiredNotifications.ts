import { removeExpired } from '../stores/notifications.ts';
import type { UsersParts } from '../usersParts.ts';

/** How many rows one transaction removes at the most: nobody waits long behind it. */
const batchRowsMax = 1_000;

/** Removes notifications that have run out, a batch at a time. Answers how many they were. */
export async function removeExpiredNotifications({ database, clock }: Pick<UsersParts, 'database' | 'clock'>, rowsMax = batchRowsMax): Promise<number> {
  const at = clock.now();
  let removed = 0;
  for (let batch = rowsMax; batch === rowsMax; removed += batch) {
    batch = await database.transaction({ userId: null, tenantId: null }, (tx) => removeExpired(tx, at, rowsMax));
  }
  return removed;
}
