import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { Person } from '../domain/person.ts';
import type { UsersLoaders } from '../loaders.ts';

/** Finds the person behind an id that another subgraph hands on. Null when there is none, or the viewer may not see them. */
export async function personBehind(loaders: UsersLoaders, id: string | null | undefined): Promise<Person | null> {
  const userId = parseId<UserId>(id ?? '');
  return userId === null ? null : loaders.person.load(userId);
}
