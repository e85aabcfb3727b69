import { announce } from '@kith/drizzle/announce.ts';
import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import { deliveryOf } from '../domain/delivery.ts';
import type { News } from '../domain/notification.ts';
import { expiryOf, isSilencedByBlock, newsOf } from '../domain/notification.ts';
import { findRecipient, hasBlocked } from '../stores/notificationPreferences.ts';
import { addNotification } from '../stores/notifications.ts';
import { putOffDeliveries } from '../stores/pendingDeliveries.ts';
import type { UsersParts } from '../usersParts.ts';
import { mailNotifications } from './mailingNotifications.ts';

/** Tells people what events mean to them, each by the ways they have left open, in the scope of whoever is told. */
export function notify(parts: UsersParts): Consumer {
  return consumer('users.notify', parts.database, async (tx, event) => {
    const news = newsOf(event);
    if (news === null) return;
    await enterScope(tx, { userId: news.recipientId, tenantId: null });
    await tell(tx, parts, news, event.requestId);
  });
}

/** What a person chose is read in the transaction that tells them: it always holds as it stands at that moment. */
async function tell(tx: Transaction, parts: UsersParts, news: News, requestId: string): Promise<void> {
  const { recipientId: userId, tenantId, type, priority, actorId, data } = news;
  const recipient = await findRecipient(tx, userId);
  if (recipient === null) return;
  if (isSilencedByBlock(type) && actorId !== null && (await hasBlocked(tx, actorId))) return;
  const at = parts.clock.now();
  const { now, later } = deliveryOf(news, recipient, at);
  if (now.length + later.length === 0) return;
  const notification = { id: newRowId(at), userId, tenantId, type, priority, actorId, data, inApp: now.includes('IN_APP'), createdAt: at, expiresAt: expiryOf(type, at) };
  if (!(await addNotification(tx, notification))) return;
  if (now.includes('EMAIL')) await mailNotifications(tx, parts, userId, [notification]);
  await putOffDeliveries(tx, userId, notification.id, later);
  if (now.length > 0) await announce(tx, eventOf('user.notified', { occurredAt: at, userId, tenantId, requestId }, { notificationId: notification.id, channels: [...now] }));
}
