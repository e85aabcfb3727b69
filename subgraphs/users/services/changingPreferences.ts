import { announce } from '@kith/drizzle/announce.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import type { PreferencesInput } from '../domain/preferences.ts';
import { draftPreferences } from '../domain/preferences.ts';
import { changePreferences, hidePresence } from '../stores/preferences.ts';
import type { Acting } from './acting.ts';

/** Changes what the viewer chose for themselves, and answers who that is. Refuses LOCALE_INVALID and TIME_ZONE_INVALID. */
export async function updatePreferences({ viewer, requestId, parts }: Acting, input: PreferencesInput): Promise<UserId> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const change = draftPreferences(input);
  const fields = Object.keys(change);
  const at = parts.clock.now();
  if (fields.length === 0) return userId;
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    await changePreferences(tx, userId, change, at);
    if (change.showPresence === false) await hidePresence(tx);
    await announce(tx, eventOf('user.preferences_updated', { occurredAt: at, userId, tenantId, requestId }, { fields }));
  });
  return userId;
}
