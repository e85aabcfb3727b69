import type { UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Notification } from '../domain/notification.ts';
import { notificationCursors } from '../domain/notification.ts';
import type { PushToken } from '../domain/pushToken.ts';
import { pushTokenCursors } from '../domain/pushToken.ts';
import type { UsersLoaders } from '../loaders.ts';

/** Lists what a person was told, or what of it they have not read. Refuses BAD_REQUEST for a page that cannot be. */
export async function notificationsOfPerson(loaders: UsersLoaders, userId: UserId, args: PageArguments & { unread?: boolean | null }): Promise<Page<Notification>> {
  const page = pageRequest(args, notificationCursors);
  const variant = args.unread === true ? 'unread' : 'all';
  const rows = await loaders.notificationsOfPerson[variant].load(userId, page);
  return pageOf<Notification, unknown>(page, rows, notificationCursors, () => loaders.notificationCountOfPerson[variant].load(userId));
}

/** Lists the devices of a person that get push messages. Refuses BAD_REQUEST for a page that cannot be. */
export async function pushTokensOfPerson(loaders: UsersLoaders, userId: UserId, args: PageArguments): Promise<Page<PushToken>> {
  const page = pageRequest(args, pushTokenCursors);
  const rows = await loaders.pushTokensOfPerson.load(userId, page);
  return pageOf<PushToken, unknown>(page, rows, pushTokenCursors, () => loaders.pushTokenCountOfPerson.load(userId));
}
