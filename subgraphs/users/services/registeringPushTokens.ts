import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { EventSubject } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { encryptField } from '@kith/kernel/fieldEncryption.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { newRowId, parseId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import type { PushToken, PushTokenInput } from '../domain/pushToken.ts';
import { devicesMax, draftPushToken, pushTokenHash, pushTokenPlace } from '../domain/pushToken.ts';
import { claimPushToken, findPushToken, removeBeyond, removePushToken } from '../stores/pushTokens.ts';
import type { Acting } from './acting.ts';

/**
 * Registers a device of the viewer for push messages, or renews what is known of it. Whoever had registered it before has it no longer; of more
 * than 20 devices the ones not used for longest go. Refuses PUSH_TOKEN_INVALID and FIELD_TOO_LONG.
 */
export async function registerPushToken({ viewer, requestId, parts }: Acting, input: PushTokenInput): Promise<{ pushToken: PushToken }> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const { token, ...device } = draftPushToken(input);
  const at = parts.clock.now();
  const id = newRowId(at);
  const tokenEncrypted = encryptField(parts.encryptionKeys, pushTokenPlace(id), token);
  const subject = { occurredAt: at, userId, tenantId, requestId };
  return parts.database.transaction(scopeOf(viewer), async (tx) => {
    const { id: pushTokenId, isNew, taken } = await claimPushToken(tx, { id, tokenHash: pushTokenHash(parts.pepper, token), tokenEncrypted, ...device, at });
    // Whom it was taken from is told of it as of any other removal, in no tenant: they may belong to another.
    if (taken !== null) await announceDeleted(tx, { ...subject, userId: taken.from, tenantId: null }, taken.id);
    for (const removedId of await removeBeyond(tx, userId, devicesMax)) await announceDeleted(tx, subject, removedId);
    await announce(tx, eventOf(isNew ? 'user.token_registered' : 'user.token_updated', subject, { pushTokenId, platform: device.platform }));
    return { pushToken: await readBack(tx, userId, pushTokenId) };
  });
}

/** Removes a device of the viewer. Refuses PUSH_TOKEN_UNKNOWN. */
export async function unregisterPushToken({ viewer, requestId, parts }: Acting, input: { id: string }): Promise<{ removedId: string }> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const id = parseId<UserId>(input.id); // whatever a UUID names, it is read in one form
  if (id === null) throw unknown();
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    if (!(await removePushToken(tx, userId, id))) throw unknown();
    await announceDeleted(tx, { occurredAt: parts.clock.now(), userId, tenantId, requestId }, id);
  });
  return { removedId: id };
}

function announceDeleted(tx: Transaction, subject: EventSubject, pushTokenId: string): Promise<void> {
  return announce(tx, eventOf('user.token_deleted', subject, { pushTokenId }));
}

async function readBack(tx: Transaction, userId: UserId, id: string): Promise<PushToken> {
  const written = await findPushToken(tx, userId, id);
  if (written === null) throw new Error('a device that was just registered is not there');
  return written;
}

function unknown(): Refusal {
  return new Refusal('PUSH_TOKEN_UNKNOWN', 'You have registered no such device.', ['input', 'id']);
}
