import type { Database, Transaction } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Settlement } from '../stores/mails.ts';
import { giveUp, removeSettled } from '../stores/mails.ts';

const dayMs = 86_400_000;

/** How long the note of a mail stays: the mailbox shows a week, and an operator may ask about a month. */
const keptDays: Record<Settlement['state'], number> = { KEPT: 7, SENT: 30, FAILED: 30 };
/** The job of a mail has used up its attempts after 15 hours. */
const triedDaysMax = 2;
const batchSize = 1_000;

/** Removes mails that have been there long enough, and gives up on those that could not be sent, a batch at a time. */
export async function clearMails({ database, clock }: { database: Database; clock: Clock }): Promise<void> {
  const now = clock.now();
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * dayMs);
  await inBatches(database, (tx) => giveUp(tx, daysAgo(triedDaysMax), now, batchSize));
  for (const state of ['KEPT', 'SENT', 'FAILED'] as const) {
    await inBatches(database, (tx) => removeSettled(tx, state, daysAgo(keptDays[state]), batchSize));
  }
}

/** Repeats a step, each time in a transaction of its own, until it finds less than a whole batch. */
async function inBatches(database: Database, step: (tx: Transaction) => Promise<number>): Promise<void> {
  while ((await database.transaction({ userId: null, tenantId: null }, step)) === batchSize);
}
