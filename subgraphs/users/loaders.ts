import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { inOrder } from '@kith/kernel/batch.ts';
import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { ConnectionLoader } from '@kith/kernel/connectionLoader.ts';
import { connectionLoader } from '@kith/kernel/connectionLoader.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { AccountDeletion } from './domain/accountDeletion.ts';
import type { DataExportCursor } from './domain/dataExport.ts';
import type { DeletionImpact, ErasureReport } from './domain/erasure.ts';
import { impactOf } from './domain/erasure.ts';
import type { FormerUsernameCursor } from './domain/formerUsername.ts';
import { keyedHashes } from './domain/keyedHashes.ts';
import type { NotificationCursor } from './domain/notification.ts';
import type { NotificationChoices } from './domain/notificationPreferences.ts';
import { noChoices } from './domain/notificationPreferences.ts';
import type { DatedCursor, PeopleList } from './domain/peopleList.ts';
import type { Person } from './domain/person.ts';
import { mayListEveryone, maySee } from './domain/policy.ts';
import type { Preferences } from './domain/preferences.ts';
import type { PushTokenCursor } from './domain/pushToken.ts';
import type { Relationship } from './domain/relationship.ts';
import type { StatusChangeCursor } from './domain/statusHistory.ts';
import type { Theme } from './domain/theme.ts';
import type { DataExportRow } from './stores/dataExports.ts';
import { dataExportCountsOfPeople, dataExportsOfPeople } from './stores/dataExports.ts';
import { deletionsOfPeople } from './stores/deletions.ts';
import { deletionImpacts, erasureReports } from './stores/erasures.ts';
import { relationshipsWith } from './stores/follows.ts';
import type { FormerUsernameRow } from './stores/formerUsernames.ts';
import { formerUsernameCountsOfPeople, formerUsernamesOfPeople } from './stores/formerUsernames.ts';
import { choicesOf, notificationChoicesByPerson } from './stores/notificationPreferences.ts';
import type { NotificationRow, NotificationVariant } from './stores/notifications.ts';
import { notificationCountsOfPeople, notificationsOfPeople, unreadCountsOfPeople } from './stores/notifications.ts';
import { peopleById, peopleByUsername, preferencesByPerson, themesByPerson } from './stores/people.ts';
import type { PersonUnder } from './stores/peopleLists.ts';
import { peopleCounts, peoplePages } from './stores/peopleLists.ts';
import { phoneNumbersByPerson } from './stores/phoneNumbers.ts';
import { presencesOfPeople } from './stores/presences.ts';
import type { PushTokenRow } from './stores/pushTokens.ts';
import { pushTokenCountsOfPeople, pushTokensOfPeople } from './stores/pushTokens.ts';
import type { StatusChangeRow } from './stores/statusLists.ts';
import { statusChangeCountsOfPeople, statusChangesOfPeople } from './stores/statusLists.ts';
import { ownTenantsAmong } from './stores/tenantPorts.ts';

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
  readonly theme: DataLoader<UserId, Theme | null>;
  /** As it is kept: encrypted. */
  readonly phoneNumber: DataLoader<UserId, string | null>;
  readonly notificationChoices: DataLoader<UserId, NotificationChoices>;
  readonly notificationsOfPerson: Record<NotificationVariant, ConnectionLoader<UserId, NotificationRow, NotificationCursor>>;
  readonly notificationCountOfPerson: Record<NotificationVariant, DataLoader<UserId, number>>;
  readonly unreadCountOfPerson: DataLoader<UserId, number>;
  readonly pushTokensOfPerson: ConnectionLoader<UserId, PushTokenRow, PushTokenCursor>;
  readonly pushTokenCountOfPerson: DataLoader<UserId, number>;
  /** A tenant the viewer belongs to, be it the active one or not. */
  readonly ownTenant: DataLoader<TenantId, { readonly id: TenantId } | null>;
  readonly statusChangesOfPerson: ConnectionLoader<UserId, StatusChangeRow, StatusChangeCursor>;
  readonly statusChangeCountOfPerson: DataLoader<UserId, number>;
  readonly formerUsernamesOfPerson: ConnectionLoader<UserId, FormerUsernameRow, FormerUsernameCursor>;
  readonly formerUsernameCountOfPerson: DataLoader<UserId, number>;
  readonly dataExportsOfPerson: ConnectionLoader<UserId, DataExportRow, DataExportCursor>;
  readonly dataExportCountOfPerson: DataLoader<UserId, number>;
  readonly deletion: DataLoader<UserId, AccountDeletion | null>;
  readonly deletionImpact: DataLoader<Person, DeletionImpact, UserId>;
  readonly erasureReport: DataLoader<UserId, ErasureReport | null>;
}

/** What the loaders need beside the request. */
export interface LoadingParts {
  readonly pepper: string;
  readonly clock: Clock;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer, { pepper, clock }: LoadingParts): UsersLoaders {
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
    ...oneselfLoaders(reads, clock.now().toISOString()),
    ...recordLoaders(reads, pepper),
  };
}

type OneselfLoader = 'theme' | 'phoneNumber' | 'notificationChoices' | 'notificationsOfPerson' | 'notificationCountOfPerson' | 'unreadCountOfPerson' | 'pushTokensOfPerson' | 'pushTokenCountOfPerson' | 'ownTenant';

/** What most often only the person themselves asks for. */
function oneselfLoaders(reads: ReadScope, now: string): Pick<UsersLoaders, OneselfLoader> {
  const notifications = (variant: NotificationVariant) =>
    connectionLoader<UserId, NotificationRow, NotificationCursor>((ids, page) => reads.run(notificationsOfPeople(page, variant), { ids, now, ...cursorValues(page) }));
  return {
    theme: new DataLoader(async (ids) => inOrder(ids, await reads.run(themesByPerson, { ids }), (row) => row.userId).map((row) => row?.theme ?? null)),
    phoneNumber: new DataLoader(async (ids) => inOrder(ids, await reads.run(phoneNumbersByPerson, { ids }), (row) => row.userId).map((row) => row?.numberEncrypted ?? null)),
    notificationChoices: new DataLoader(async (ids) =>
      inOrder(ids, await reads.run(notificationChoicesByPerson, { ids }), (row) => row.userId).map((row) => (row === null ? noChoices : choicesOf(row))),
    ),
    notificationsOfPerson: { all: notifications('all'), unread: notifications('unread') },
    notificationCountOfPerson: {
      all: countLoader((ids) => reads.run(notificationCountsOfPeople.all, { ids, now })),
      unread: countLoader((ids) => reads.run(notificationCountsOfPeople.unread, { ids, now })),
    },
    unreadCountOfPerson: countLoader((ids) => reads.run(unreadCountsOfPeople, { ids, now })),
    pushTokensOfPerson: connectionLoader((ids, page) => reads.run(pushTokensOfPeople(page), { ids, ...cursorValues(page) })),
    pushTokenCountOfPerson: countLoader((ids) => reads.run(pushTokenCountsOfPeople, { ids })),
    ownTenant: new DataLoader(async (ids) => inOrder(ids, await reads.run(ownTenantsAmong, { ids }), (row) => row.id)),
  };
}

type RecordLoader = 'statusChangesOfPerson' | 'statusChangeCountOfPerson' | 'formerUsernamesOfPerson' | 'formerUsernameCountOfPerson' | 'dataExportsOfPerson' | 'dataExportCountOfPerson' | 'deletion' | 'deletionImpact' | 'erasureReport';

/** What was written down about a person, and what becomes of it when they leave. */
function recordLoaders(reads: ReadScope, pepper: string): Pick<UsersLoaders, RecordLoader> {
  return {
    statusChangesOfPerson: connectionLoader((ids, page) => reads.run(statusChangesOfPeople(page), { ids, ...cursorValues(page) })),
    statusChangeCountOfPerson: countLoader((ids) => reads.run(statusChangeCountsOfPeople, { ids })),
    formerUsernamesOfPerson: connectionLoader((ids, page) => reads.run(formerUsernamesOfPeople(page), { ids, ...cursorValues(page) })),
    formerUsernameCountOfPerson: countLoader((ids) => reads.run(formerUsernameCountsOfPeople, { ids })),
    dataExportsOfPerson: connectionLoader((ids, page) => reads.run(dataExportsOfPeople(page), { ids, ...cursorValues(page) })),
    dataExportCountOfPerson: countLoader((ids) => reads.run(dataExportCountsOfPeople, { ids })),
    deletion: new DataLoader(async (ids) => inOrder(ids, await reads.run(deletionsOfPeople, { ids }), (row) => row.userId)),
    deletionImpact: impactLoader(reads, pepper),
    erasureReport: new DataLoader(async (ids) => inOrder(ids, await reads.run(erasureReports, { ids }), (row) => row.userId)),
  };
}

/** Batches the counts of a list over the people it hangs on. */
function countLoader(read: (ids: readonly UserId[]) => Promise<{ parentId: UserId; count: number }[]>): DataLoader<UserId, number> {
  return new DataLoader(async (ids) => inOrder(ids, await read(ids), (row) => row.parentId).map((row) => row?.count ?? 0));
}

function eachList<Loader>(make: (list: PeopleList) => Loader): Record<PeopleList, Loader> {
  return { followers: make('followers'), following: make('following'), mutualFollowers: make('mutualFollowers'), blockedUsers: make('blockedUsers') };
}

/** Counts what deleting people would do. Some of it is found by hashes of what they sign in with alone, which only this process can make. */
function impactLoader(reads: ReadScope, pepper: string): UsersLoaders['deletionImpact'] {
  const asked = ({ id: userId, email, usernameCanonical }: Person) => {
    const hashes = keyedHashes(pepper, { emailCanonical: canonicalLogin(email), usernameCanonical });
    return { userId, hashes: hashes.map((hash) => hash.toString('hex')) };
  };
  return new DataLoader(
    async (people) => {
      const rows = await reads.run(deletionImpacts, { people: JSON.stringify(people.map(asked)) });
      return people.map(({ id }) => impactOf(rows.filter(({ userId }) => userId === id).map(({ relation, rows: count, fate }) => ({ relation, rows: count, fate }))));
    },
    { cacheKeyFn: ({ id }) => id },
  );
}
