import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { namedMax } from '../domain/delivery.ts';
import { openChannels } from '../domain/notificationPreferences.ts';
import { findRecipient } from '../stores/notificationPreferences.ts';
import type { DueNotification } from '../stores/pendingDeliveries.ts';
import { peopleWithDeliveriesDue, takeDue } from '../stores/pendingDeliveries.ts';
import type { UsersParts } from '../usersParts.ts';
import { mailNotifications } from './mailingNotifications.ts';

const peopleAtOnceMax = 100;
const beforeEverybody = '00000000-0000-0000-0000-000000000000';
const requestId = 'users.send_due_notifications';

/**
 * Sends what was put off and is due now: to each person one mail about all of it, in a transaction of their own. Where that fails for one, the
 * others get theirs all the same, and it is tried again the next time. Throws, at the end, what failed.
 */
export async function sendDueNotifications(parts: UsersParts): Promise<void> {
  const at = parts.clock.now();
  const failures: unknown[] = [];
  for (let behind = beforeEverybody, found = peopleAtOnceMax; found === peopleAtOnceMax; ) {
    const people = await parts.database.transaction({ userId: null, tenantId: null }, (tx) => peopleWithDeliveriesDue(tx, at, behind, peopleAtOnceMax));
    for (const userId of people) {
      await parts.database.transaction({ userId, tenantId: null }, (tx) => sendTo(tx, parts, userId, at)).catch((error: unknown) => failures.push(error));
    }
    behind = people.at(-1) ?? behind;
    found = people.length;
  }
  if (failures.length > 0) throw new AggregateError(failures, `what was due could not be sent to ${failures.length} people`);
}

async function sendTo(tx: Transaction, parts: UsersParts, userId: UserId, at: Date): Promise<void> {
  const recipient = await findRecipient(tx, userId);
  const taken = await takeDue(tx, userId, at);
  if (recipient === null) return;
  // What the person has closed since it was put off is not sent any more.
  const due = taken.filter(({ type, channel }) => openChannels(recipient, type).includes(channel) && (channel !== 'EMAIL' || recipient.mayBeMailed));
  const mailed = due.filter(({ channel }) => channel === 'EMAIL');
  if (mailed.length > 0) await mailNotifications(tx, parts, userId, mailed);
  // A device that was quiet all night is not made to ring a thousand times.
  const pushed = due.filter(({ channel }) => channel === 'PUSH').slice(0, namedMax);
  for (const [id, { tenantId, channels }] of waysOf([...mailed, ...pushed])) {
    await announce(tx, eventOf('user.notified', { occurredAt: at, userId, tenantId, requestId }, { notificationId: id, channels }));
  }
}

function waysOf(due: readonly DueNotification[]): Map<string, { readonly tenantId: DueNotification['tenantId']; readonly channels: string[] }> {
  const ways = new Map<string, { tenantId: DueNotification['tenantId']; channels: string[] }>();
  for (const { id, tenantId, channel } of due) ways.set(id, { tenantId, channels: [...(ways.get(id)?.channels ?? []), channel] });
  return ways;
}
