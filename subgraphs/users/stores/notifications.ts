import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { notifications } from '@kith/drizzle/tables/notifications.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { and, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Notification, NotificationData, NotificationType } from '../domain/notification.ts';
import { unreadCountMax } from '../domain/notification.ts';

/** A notification under the person it was asked for. */
export type NotificationRow = Notification & ChildRow<UserId>;

/** All that a person was told, or what they have not read: each is a statement of its own, with its own index. */
export type NotificationVariant = 'all' | 'unread';

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${notifications.createdAt}`, type: 'timestamptz' },
    { column: sql`${notifications.id}`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`n.id`,
  type: sql<NotificationType>`n.type`,
  priority: sql<number>`n.priority`,
  actorId: sql<UserId | null>`n.actor_id`,
  tenantId: sql<TenantId | null>`n.tenant_id`,
  data: sql<NotificationData>`n.data`.mapWith(notifications.data),
  createdAt: sql`n.created_at`.mapWith(notifications.createdAt),
  readAt: sql<Date | null>`n.read_at`.mapWith((text: string) => notifications.readAt.mapFromDriverValue(text) as Date), // of null Drizzle asks nothing
  expiresAt: sql`n.expires_at`.mapWith(notifications.expiresAt),
};

const shown = (variant: NotificationVariant) =>
  sql`${notifications.userId} = parent.id and ${notifications.inApp} and ${notifications.expiresAt} > ${sql.placeholder('now')}::timestamptz ${variant === 'unread' ? sql`and ${notifications.readAt} is null` : sql``}`;

/** A page of what each of several people was told, the latest first. One sees one's own. */
export const notificationsOfPeople = pagedStatement<NotificationRow, NotificationVariant>('notifications of people', (db, page, variant = 'all') => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const one = sql`select * from ${notifications} where ${shown(variant)} and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as n`).prepare('notifications_of_people');
});

const countOf = (variant: NotificationVariant) =>
  statement<{ parentId: UserId; count: number }>('notification counts of people', (db) =>
    db
      .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`n.count` })
      .from(sql`${parents} cross join lateral (select count(*)::int from ${notifications} where ${shown(variant)}) as n`)
      .prepare('notification_counts_of_people'),
  );

/** How much each of several people was told. */
export const notificationCountsOfPeople: Record<NotificationVariant, ReturnType<typeof countOf>> = { all: countOf('all'), unread: countOf('unread') };

/** How much of it they have not read, counted so far and no further: a badge shows no more. */
export const unreadCountsOfPeople = statement<{ parentId: UserId; count: number }>('unread counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`n.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from (select from ${notifications} where ${shown('unread')} limit ${sql.raw(String(unreadCountMax))}) as unread) as n`)
    .prepare('unread_counts_of_people'),
);

/** Adds a notification, in the scope of whoever is told. Answers whether it did: of one follower a day it is the first alone. */
export async function addNotification(tx: Transaction, notification: typeof notifications.$inferInsert): Promise<boolean> {
  const added = await tx.insert(notifications).values(notification).onConflictDoNothing().returning({ id: notifications.id });
  return added.length > 0;
}

const unreadOf = (userId: UserId, now: Date) => and(eq(notifications.userId, userId), eq(notifications.inApp, true), isNull(notifications.readAt), gt(notifications.expiresAt, now));

/** Marks some of a person's notifications as read. Answers how many were not. */
export async function markRead(tx: Transaction, userId: UserId, ids: readonly string[], at: Date): Promise<number> {
  const marked = await tx
    .update(notifications)
    .set({ readAt: at })
    .where(and(unreadOf(userId, at), inArray(notifications.id, [...ids])))
    .returning({ id: notifications.id });
  return marked.length;
}

/** Marks a person's notifications as read, all or those from before a moment. Answers how many were not. */
export async function markAllRead(tx: Transaction, userId: UserId, before: Date | null, at: Date): Promise<number> {
  const from = before === null ? undefined : lt(notifications.createdAt, before);
  // Counted where they are: nobody needs the ids of ten thousand rows.
  const marked = tx.$with('marked').as(tx.update(notifications).set({ readAt: at }).where(and(unreadOf(userId, at), from)).returning({ id: notifications.id }));
  const [row] = await tx.with(marked).select({ count: sql<number>`count(*)::int` }).from(marked);
  return row?.count ?? 0;
}

/** Removes a notification of a person's. Answers whether it was there. */
export async function removeNotification(tx: Transaction, userId: UserId, id: string, now: Date): Promise<boolean> {
  const removed = await tx
    .delete(notifications)
    .where(and(eq(notifications.userId, userId), eq(notifications.id, id), eq(notifications.inApp, true), gt(notifications.expiresAt, now)))
    .returning({ id: notifications.id });
  return removed.length > 0;
}

/** Takes out notifications that have run out, so many at the most, by the port of this schema. Answers how many they were. */
export async function removeExpired(tx: Transaction, at: Date, rowsMax: number): Promise<number> {
  const [row] = await tx.select({ removed: sql<number>`removed` }).from(sql`users.remove_expired_notifications(${at.toISOString()}::timestamptz, ${rowsMax}) as removed`);
  return row?.removed ?? 0;
}
