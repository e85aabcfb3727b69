import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import type { Person } from '../domain/person.ts';
import type { UsersLoaders } from '../loaders.ts';
import { peopleById } from '../stores/people.ts';

/** Who reads behind a write, and with what. */
interface Reading {
  readonly viewer: Viewer;
  readonly reads: ReadScope;
  readonly loaders: UsersLoaders;
}

/** Reads a person behind the write that answers their id: as they are now, also beside the refusal of an outdated version. */
export async function readingAgain(reading: Reading, write: Promise<UserId>): Promise<{ user: Person | null }> {
  try {
    return { user: await readAgain(reading, await write) };
  } catch (error) {
    const { viewer } = reading;
    if (!(error instanceof Refusal) || error.code !== 'VERSION_CONFLICT' || viewer.kind !== 'person') throw error;
    throw new Refusal(error.code, error.message, error.path, { user: await readAgain(reading, viewer.userId) });
  }
}

/**
 * Reads a person behind what an administrator did to them, as an administrator of the tenant does: one of the platform otherwise sees no more
 * of people than their role in the tenant lets them, and would not see what they have just done.
 */
export async function readingBack({ viewer, reads, loaders }: Reading, write: Promise<UserId>): Promise<{ user: Person | null }> {
  const id = await write;
  reads.renew();
  loaders.person.clear(id);
  const [person] = await reads.run(peopleById, { ids: [id], tenantId: scopeOf(viewer).tenantId });
  return { user: person === undefined ? null : { ...person, readBackAs: 'TENANT_ADMINS' } };
}

/** Reads the person whose address was just proven, when it is them who asks: an address and a code alone show nobody. */
export async function readingOneselfAgain(reading: Reading, write: Promise<UserId>): Promise<{ user: Person | null; verified: true }> {
  const userId = await write;
  const isOneself = reading.viewer.kind === 'person' && reading.viewer.userId === userId;
  return { user: isOneself ? await readAgain(reading, userId) : null, verified: true };
}

/** What was read before in the same request is of an older snapshot. */
async function readAgain({ reads, loaders }: Reading, userId: UserId): Promise<Person | null> {
  reads.renew();
  loaders.theme.clear(userId);
  loaders.phoneNumber.clear(userId);
  return loaders.person.clear(userId).load(userId);
}
