import type { Transaction } from '@kith/drizzle/database.ts';
import { findAddressee, queueMail } from '@kith/drizzle/mails.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { notificationMail } from '@kith/mail/notificationMail.ts';
import { namedMax } from '../domain/delivery.ts';
import type { Notification } from '../domain/notification.ts';
import { wordsOf } from '../domain/notificationWords.ts';
import type { UsersParts } from '../usersParts.ts';

/** Queues one mail about notifications of a person, be it one or many; what matters most stands in front. Somebody who is gone gets none. */
export async function mailNotifications(
  tx: Transaction,
  { publicUrl, clock }: Pick<UsersParts, 'publicUrl' | 'clock'>,
  userId: UserId,
  notifications: readonly Pick<Notification, 'type' | 'data' | 'createdAt'>[],
): Promise<void> {
  const addressee = await findAddressee(tx, userId);
  if (addressee === null) return;
  const news = notifications.slice(0, namedMax).map((notification) => ({ ...wordsOf(notification), when: notification.createdAt }));
  const notificationsUrl = `${publicUrl.replace(/\/$/, '')}/notifications`;
  const mail = await notificationMail({ name: addressee.displayName ?? addressee.username, news, furtherCount: notifications.length - news.length, notificationsUrl });
  await queueMail(tx, { userId, recipient: addressee.email, ...mail }, clock.now());
}
