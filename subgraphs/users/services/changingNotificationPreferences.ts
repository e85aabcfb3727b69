import { announce } from '@kith/drizzle/announce.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import type { NotificationPreferencesChange, NotificationPreferencesInput } from '../domain/notificationPreferences.ts';
import { draftPreferencesChange } from '../domain/notificationPreferences.ts';
import { changeNotificationPreferences } from '../stores/notificationPreferences.ts';
import type { Acting } from './acting.ts';

/** Changes how the viewer is told of things, and answers who that is. Refuses TIME_INVALID. */
export async function updateNotificationPreferences({ viewer, requestId, parts }: Acting, input: NotificationPreferencesInput): Promise<UserId> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const change = draftPreferencesChange(input);
  const fields = changedFields(change);
  const at = parts.clock.now();
  if (fields.length === 0) return userId;
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    await changeNotificationPreferences(tx, userId, change, at);
    await announce(tx, eventOf('user.preferences_updated', { occurredAt: at, userId, tenantId, requestId }, { fields }));
  });
  return userId;
}

function changedFields({ choices, quietHours, digest }: NotificationPreferencesChange): string[] {
  return [...(choices.length > 0 ? ['notifications.types'] : []), ...(quietHours === undefined ? [] : ['notifications.quietHours']), ...(digest === undefined ? [] : ['notifications.digest'])];
}
