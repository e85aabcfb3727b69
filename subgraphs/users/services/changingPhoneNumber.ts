import { announce } from '@kith/drizzle/announce.ts';
import { eventOf } from '@kith/kernel/events.ts';
import { decryptField, encryptField } from '@kith/kernel/fieldEncryption.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { phoneNumberPlace, readPhoneNumber } from '../domain/phoneNumber.ts';
import type { UsersLoaders } from '../loaders.ts';
import { keepPhoneNumber, removePhoneNumber } from '../stores/phoneNumbers.ts';
import type { UsersParts } from '../usersParts.ts';
import type { Acting } from './acting.ts';

/** Changes the viewer's phone number, or removes it, and answers who that is. Refuses PHONE_NUMBER_INVALID. */
export async function changePhoneNumber({ viewer, requestId, parts }: Acting, input: { phoneNumber?: string | null }): Promise<UserId> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const number = input.phoneNumber === undefined || input.phoneNumber === null ? null : readPhoneNumber(input.phoneNumber);
  const encrypted = number === null ? null : encryptField(parts.encryptionKeys, phoneNumberPlace(userId), number);
  const at = parts.clock.now();
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    await (encrypted === null ? removePhoneNumber(tx, userId) : keepPhoneNumber(tx, userId, encrypted, at));
    await announce(tx, eventOf('user.updated', { occurredAt: at, userId, tenantId, requestId }, { fields: ['phoneNumber'] }));
  });
  return userId;
}

/** Reads a person's phone number, for those whom the field is open to. Null when they gave none. Throws when what is kept was altered or moved. */
export async function phoneNumberOf({ loaders, parts }: { loaders: UsersLoaders; parts: UsersParts }, userId: UserId): Promise<string | null> {
  const encrypted = await loaders.phoneNumber.load(userId);
  return encrypted === null ? null : decryptField(parts.encryptionKeys, phoneNumberPlace(userId), encrypted);
}
