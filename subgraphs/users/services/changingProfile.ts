import { announce } from '@kith/drizzle/announce.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import type { ProfileInput } from '../domain/profileChange.ts';
import { draftProfileChange } from '../domain/profileChange.ts';
import { changeProfile } from '../stores/profileChanges.ts';
import type { Acting } from './acting.ts';

/**
 * Changes what the viewer tells about themselves, and answers who that is. Refuses DISPLAY_NAME_INVALID, BIO_TOO_LONG, URL_INVALID,
 * FIELD_TOO_LONG, and VERSION_CONFLICT when they have changed since `version`.
 */
export async function updateProfile({ viewer, requestId, parts }: Acting, input: ProfileInput & { version: number }): Promise<UserId> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const change = draftProfileChange(input);
  const at = parts.clock.now();
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    if (!(await changeProfile(tx, userId, input.version, change, at))) throw versionConflict();
    await announce(tx, eventOf('user.updated', { occurredAt: at, userId, tenantId, requestId }, { fields: Object.keys(change) }));
  });
  return userId;
}

/** The refusal of a change that was decided on by an outdated state. */
export function versionConflict(): Refusal {
  return new Refusal('VERSION_CONFLICT', 'Somebody changed this in the meantime. Read it again, and decide anew.', ['input', 'version']);
}
