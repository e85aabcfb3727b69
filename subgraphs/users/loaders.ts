import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { inOrder } from '@kith/kernel/batch.ts';
import type { ConnectionLoader } from '@kith/kernel/connectionLoader.ts';
import { connectionLoader } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { DatedCursor, PeopleList } from './domain/peopleList.ts';
import type { Person } from './domain/person.ts';
import { mayListEveryone, maySee } from './domain/policy.ts';
import type { Preferences } from './domain/preferences.ts';
import type { Relationship } from './domain/relationship.ts';
import { relationshipsWith } from './stores/follows.ts';
import { peopleById, peopleByUsername, preferencesByPerson } from './stores/people.ts';
import type { PersonUnder } from './stores/peopleLists.ts';
import { peopleCounts, peoplePages } from './stores/peopleLists.ts';
import { presencesOfPeople } from './stores/presences.ts';

/** Every batched read of the users subgraph. People the viewer may not see are null, as if they did not exist. */
export interface UsersLoaders {
  readonly person: DataLoader<UserId, Person | null>;
  readonly personByUsername: DataLoader<string, Person | null>;
  readonly preferences: DataLoader<UserId, Preferences | null>;
  /** How the viewer and a person stand to each other. Null when nobody is signed in. */
  readonly relationship: DataLoader<UserId, Relationship | null>;
  /** When a person was last seen in the active tenant. */
  readonly lastSeenAt: DataLoader<UserId, Date | null>;
  readonly people: Readonly<Record<PeopleList, ConnectionLoader<UserId, PersonUnder, DatedCursor>>>;
  readonly peopleCount: Readonly<Record<PeopleList, DataLoader<UserId, number>>>;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer): UsersLoaders {
  const { userId: viewerId, tenantId } = scopeOf(viewer);
  const reach = mayListEveryone(viewer) ? 'everyone' : 'listed';
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
    relationship: new DataLoader(async (ids) => (viewerId === null ? ids.map(() => null) : inOrder(ids, await reads.run(relationshipsWith, { ids, viewerId }), (row) => row.userId))),
    lastSeenAt: new DataLoader(async (ids) => {
      const rows = await reads.run(presencesOfPeople, { ids, tenantId });
      return inOrder(ids, rows, (row) => row.userId).map((row) => row?.lastSeenAt ?? null);
    }),
    people: eachList((list) =>
      connectionLoader(async (ids, page) => {
        const rows = await reads.run(peoplePages[list](page, reach), { ids, ...cursorValues(page) });
        for (const row of rows) person.prime(row.id, row);
        return rows;
      }),
    ),
    peopleCount: eachList(
      (list) => new DataLoader<UserId, number>(async (ids) => inOrder(ids, await reads.run(peopleCounts[list][reach], { ids }), (row) => row.parentId).map((row) => row?.count ?? 0)),
    ),
  };
}

function eachList<Loader>(make: (list: PeopleList) => Loader): Record<PeopleList, Loader> {
  return { followers: make('followers'), following: make('following'), mutualFollowers: make('mutualFollowers'), blockedUsers: make('blockedUsers') };
}
