import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { NotificationPreferences } from '../domain/notificationPreferences.ts';
import { preferencesOf } from '../domain/notificationPreferences.ts';
import type { Preferences } from '../domain/preferences.ts';
import type { UsersLoaders } from '../loaders.ts';

/** What was read before in the same request is of an older snapshot. */
interface Reading {
  readonly reads: ReadScope;
  readonly loaders: UsersLoaders;
}

/** Reads somebody's preferences behind the write that answers their id. */
export async function readingPreferencesAgain({ reads, loaders }: Reading, write: Promise<UserId>): Promise<{ preferences: Preferences | null }> {
  const userId = await write;
  reads.renew();
  return { preferences: await loaders.preferences.clear(userId).load(userId) };
}

/** Reads how somebody is told of things behind the write that answers their id. */
export async function readingNotificationPreferencesAgain({ reads, loaders }: Reading, write: Promise<UserId>): Promise<{ notificationPreferences: NotificationPreferences }> {
  const userId = await write;
  reads.renew();
  return { notificationPreferences: preferencesOf(await loaders.notificationChoices.clear(userId).load(userId)) };
}
