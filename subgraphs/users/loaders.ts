import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { inOrder } from '@kith/kernel/batch.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { Person } from './domain/person.ts';
import { maySee } from './domain/policy.ts';
import type { Preferences } from './domain/preferences.ts';
import { peopleById, peopleByUsername, preferencesByPerson } from './stores/people.ts';

/** Every batched read of the users subgraph. People the viewer may not see are null, as if they did not exist. */
export interface UsersLoaders {
  readonly person: DataLoader<UserId, Person | null>;
  readonly personByUsername: DataLoader<string, Person | null>;
  readonly preferences: DataLoader<UserId, Preferences | null>;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer): UsersLoaders {
  const { tenantId } = scopeOf(viewer);
  const seen = (rows: Person[]): Person[] => rows.filter((person) => maySee(viewer, person));

  const person = new DataLoader<UserId, Person | null>(async (ids) => inOrder(ids, seen(await reads.run(peopleById, { ids, tenantId })), (row) => row.id));
  return {
    person,
    personByUsername: new DataLoader(async (usernames) => {
      const rows = seen(await reads.run(peopleByUsername, { usernames, tenantId }));
      for (const row of rows) person.prime(row.id, row);
      return inOrder(usernames, rows, (row) => row.usernameCanonical);
    }),
    preferences: new DataLoader(async (ids) => inOrder(ids, await reads.run(preferencesByPerson, { ids }), (row) => row.userId)),
  };
}
