import { Refusal, RequestError } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { markedMax } from '../domain/notification.ts';
import { markAllRead, markRead, removeNotification } from '../stores/notifications.ts';
import type { Acting } from './acting.ts';

/** Marks notifications of the viewer as read; what is not theirs is passed over. Refuses BAD_REQUEST for more than 200 at once. */
export async function markNotificationsRead({ viewer, parts }: Acting, input: { ids: readonly string[] }): Promise<{ markedCount: number }> {
  const { userId } = requireSignedIn(viewer);
  if (input.ids.length > markedMax) throw new RequestError('BAD_REQUEST', `\`ids\` takes at most ${markedMax} ids.`);
  const ids = input.ids.flatMap((id) => parseId<UserId>(id) ?? []); // whatever a UUID names, it is read in one form
  if (ids.length === 0) return { markedCount: 0 };
  return { markedCount: await parts.database.transaction(scopeOf(viewer), (tx) => markRead(tx, userId, ids, parts.clock.now())) };
}

/** Marks all notifications of the viewer as read, or those from before a moment. */
export async function markAllNotificationsRead({ viewer, parts }: Acting, input: { before?: Date | null }): Promise<{ markedCount: number }> {
  const { userId } = requireSignedIn(viewer);
  return { markedCount: await parts.database.transaction(scopeOf(viewer), (tx) => markAllRead(tx, userId, input.before ?? null, parts.clock.now())) };
}

/** Removes a notification of the viewer, and with it what was put off of it. Refuses NOTIFICATION_UNKNOWN. */
export async function deleteNotification({ viewer, parts }: Acting, input: { id: string }): Promise<{ deletedId: string }> {
  const { userId } = requireSignedIn(viewer);
  const id = parseId<UserId>(input.id); // whatever a UUID names, it is read in one form
  const isRemoved = id !== null && (await parts.database.transaction(scopeOf(viewer), (tx) => removeNotification(tx, userId, id, parts.clock.now())));
  if (!isRemoved) throw new Refusal('NOTIFICATION_UNKNOWN', 'You have no such notification.', ['input', 'id']);
  return { deletedId: id };
}
