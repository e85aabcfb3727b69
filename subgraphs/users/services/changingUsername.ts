import { announce } from '@kith/drizzle/announce.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import type { Username } from '../domain/username.ts';
import { parseUsername, reservedDays } from '../domain/username.ts';
import { addGivenUpName, changeUsername, findUsername, usernameIsFree } from '../stores/usernames.ts';
import type { Acting } from './acting.ts';
import { versionConflict } from './changingProfile.ts';
import { usernameTaken } from './usernameTaken.ts';

/**
 * Gives the viewer another username, and answers who that is; the one given up stays reserved for them for 30 days. Refuses
 * USERNAME_INVALID, USERNAME_TAKEN, and VERSION_CONFLICT when they have changed since `version`.
 */
export async function renameOneself(acting: Acting, input: { username: string; version: number }): Promise<UserId> {
  const username = parseUsername(input.username);
  if (username === null) throw new Refusal('USERNAME_INVALID', 'A username has 3 to 50 letters, digits or underscores.', ['input', 'username']);
  try {
    return await writeUsername(acting, username, input.version);
  } catch (error) {
    if (violatedConstraint(error) === 'people_username_taken') throw usernameTaken();
    throw error;
  }
}

async function writeUsername({ viewer, requestId, parts }: Acting, username: Username, version: number): Promise<UserId> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const at = parts.clock.now();
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    // Of the same version as the one that is changed, or nothing is.
    const before = await findUsername(tx, userId);
    if (!(await changeUsername(tx, userId, version, username, at))) throw versionConflict();
    if (before !== null && before !== username.canonical) {
      await addGivenUpName(tx, { usernameCanonical: before, userId, givenUpAt: at, reservedUntil: new Date(at.getTime() + reservedDays * 86_400_000) });
    }
    await announce(tx, eventOf('user.updated', { occurredAt: at, userId, tenantId, requestId }, { fields: ['username'] }));
  });
  return userId;
}

/** Whether a text is a username the viewer could take at this moment. */
export async function isUsernameAvailable(viewer: Viewer, reads: ReadScope, clock: Clock, text: string): Promise<boolean> {
  const username = parseUsername(text);
  if (username === null) return false;
  const [row] = await reads.run(usernameIsFree, { usernameCanonical: username.canonical, forUser: scopeOf(viewer).userId, at: clock.now().toISOString() });
  return row?.free === true;
}
