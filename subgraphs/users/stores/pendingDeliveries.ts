import type { Transaction } from '@kith/drizzle/database.ts';
import { notifications, pendingDeliveries } from '@kith/drizzle/tables/notifications.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, desc, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { PutOff } from '../domain/delivery.ts';
import type { Notification } from '../domain/notification.ts';
import type { Channel } from '../domain/notificationPreferences.ts';

/** Puts ways of a notification off, in the scope of whoever is told. */
export async function putOffDeliveries(tx: Transaction, userId: UserId, notificationId: string, later: readonly PutOff[]): Promise<void> {
  if (later.length > 0) await tx.insert(pendingDeliveries).values(later.map((putOff) => ({ userId, notificationId, ...putOff })));
}

/** For whom something is due, in the order of their ids, so many behind a given one, by the port of this schema. */
export async function peopleWithDeliveriesDue(tx: Transaction, at: Date, behind: string, rowsMax: number): Promise<UserId[]> {
  const rows = await tx.select({ userId: sql<UserId>`user_id` }).from(sql`users.people_with_deliveries_due(${at.toISOString()}::timestamptz, ${behind}::uuid, ${rowsMax}) as user_id`);
  return rows.map(({ userId }) => userId);
}

/** A notification with the way that is due. */
export type DueNotification = Pick<Notification, 'id' | 'type' | 'data' | 'tenantId' | 'createdAt'> & { readonly channel: Channel };

/**
 * Takes what is due for a person out of what was put off, in their scope: whoever else does so at this moment finds nothing. Answers it,
 * what matters most and is the latest in front, without what they have read in the meantime or what has run out.
 */
export async function takeDue(tx: Transaction, userId: UserId, at: Date): Promise<DueNotification[]> {
  const taken = tx.$with('taken').as(
    tx
      .delete(pendingDeliveries)
      .where(and(eq(pendingDeliveries.userId, userId), lte(pendingDeliveries.dueAt, at)))
      .returning({ notificationId: pendingDeliveries.notificationId, channel: pendingDeliveries.channel }),
  );
  const { id, type, data, tenantId, createdAt } = notifications;
  return tx
    .with(taken)
    .select({ id, type, data, tenantId, createdAt, channel: taken.channel })
    .from(taken)
    .innerJoin(notifications, eq(notifications.id, taken.notificationId))
    .where(and(isNull(notifications.readAt), gt(notifications.expiresAt, at)))
    .orderBy(desc(notifications.priority), desc(createdAt), desc(id));
}
