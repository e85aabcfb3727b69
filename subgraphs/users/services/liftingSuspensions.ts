import { announce } from '@kith/drizzle/announce.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { addStatusRecord, liftRunOut } from '../stores/statuses.ts';
import type { UsersParts } from '../usersParts.ts';

const atOnceMax = 100;
const [from, to] = ['SUSPENDED', 'ACTIVE'] as const;

/** Lifts every suspension that has run out. Each is told of in the transaction that lifts it. */
export async function liftSuspensions(parts: UsersParts): Promise<void> {
  let lifted: number;
  do lifted = await liftSome(parts);
  while (lifted === atOnceMax);
}

async function liftSome({ database, clock }: UsersParts): Promise<number> {
  const at = clock.now();
  return database.transaction({ userId: null, tenantId: null }, async (tx) => {
    const people = await liftRunOut(tx, at, atOnceMax);
    for (const userId of people) {
      await addStatusRecord(tx, { userId, from, to, reason: null, actorId: null, at });
      await announce(tx, eventOf('user.status_changed', { occurredAt: at, userId, tenantId: null, requestId: 'users.lift_suspensions' }, { from, to, actorId: null }));
    }
    return people.length;
  });
}
