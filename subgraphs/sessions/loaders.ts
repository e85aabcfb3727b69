import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { inOrder } from '@kith/kernel/batch.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { ConnectionLoader } from '@kith/kernel/connectionLoader.ts';
import { connectionLoader } from '@kith/kernel/connectionLoader.ts';
import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import DataLoader from 'dataloader';
import type { AlertCursor } from './domain/alert.ts';
import { knownDeviceRule } from './domain/knownDevice.ts';
import type { KnownDeviceCursor } from './domain/knownDeviceList.ts';
import type { Login, LoginCursor } from './domain/login.ts';
import type { SecurityFacts } from './domain/securityFacts.ts';
import type { Session, SessionCursor } from './domain/session.ts';
import type { AlertRow } from './stores/alertLists.ts';
import { alertCountsOfPeople, alertsOfPeople } from './stores/alertLists.ts';
import type { KnownDeviceRow } from './stores/knownDeviceLists.ts';
import { knownDeviceCountsOfPeople, knownDevicesOfPeople } from './stores/knownDeviceLists.ts';
import type { LoginRow } from './stores/logins.ts';
import { lastLoginsOfPeople, loginCountsOfPeople, loginsOfPeople } from './stores/logins.ts';
import { securityFactsOfPeople } from './stores/securityFacts.ts';
import type { SessionRow } from './stores/sessions.ts';
import { ownSessionsById, sessionCountsOfPeople, sessionsOfPeople } from './stores/sessions.ts';

/** Every batched read of the sessions subgraph. What the viewer may not know of is absent. */
export interface SessionsLoaders {
  readonly ownSession: DataLoader<SessionId, Session | null>;
  readonly sessionsOfPerson: ConnectionLoader<UserId, SessionRow, SessionCursor>;
  readonly sessionCountOfPerson: DataLoader<UserId, number>;
  readonly securityFacts: DataLoader<UserId, SecurityFacts | null>;
  readonly lastLogin: DataLoader<UserId, Login | null>;
  readonly knownDevicesOfPerson: ConnectionLoader<UserId, KnownDeviceRow, KnownDeviceCursor>;
  readonly knownDeviceCountOfPerson: DataLoader<UserId, number>;
  readonly loginsOfPerson: ConnectionLoader<UserId, LoginRow, LoginCursor>;
  readonly loginCountOfPerson: DataLoader<UserId, number>;
  readonly alertsOfPerson: ConnectionLoader<UserId, AlertRow, AlertCursor>;
  readonly alertCountOfPerson: DataLoader<UserId, number>;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer, clock: Clock): SessionsLoaders {
  const { tenantId } = scopeOf(viewer);
  const now = clock.now().toISOString();
  const since = new Date(clock.now().getTime() - knownDeviceRule.rememberedMs).toISOString();
  return {
    ownSession: new DataLoader(async (ids) => inOrder(ids, await reads.run(ownSessionsById, { ids }), (row) => row.id)),
    sessionsOfPerson: connectionLoader((ids, page) => reads.run(sessionsOfPeople(page), { ids, tenantId, now, ...cursorValues(page) })),
    sessionCountOfPerson: countLoader((ids) => reads.run(sessionCountsOfPeople, { ids, tenantId, now })),
    securityFacts: new DataLoader(async (ids) => inOrder(ids, await reads.run(securityFactsOfPeople, { ids }), (row) => row.userId)),
    lastLogin: new DataLoader(async (ids) => inOrder(ids, await reads.run(lastLoginsOfPeople, { ids }), (row) => row.parentId)),
    knownDevicesOfPerson: connectionLoader((ids, page) => reads.run(knownDevicesOfPeople(page), { ids, since, ...cursorValues(page) })),
    knownDeviceCountOfPerson: countLoader((ids) => reads.run(knownDeviceCountsOfPeople, { ids, since })),
    loginsOfPerson: connectionLoader((ids, page) => reads.run(loginsOfPeople(page), { ids, ...cursorValues(page) })),
    loginCountOfPerson: countLoader((ids) => reads.run(loginCountsOfPeople, { ids })),
    alertsOfPerson: connectionLoader((ids, page) => reads.run(alertsOfPeople(page), { ids, ...cursorValues(page) })),
    alertCountOfPerson: countLoader((ids) => reads.run(alertCountsOfPeople, { ids })),
  };
}

/** Batches the counts of a list over the people it hangs on. */
function countLoader(read: (ids: readonly UserId[]) => Promise<{ parentId: UserId; count: number }[]>): DataLoader<UserId, number> {
  return new DataLoader(async (ids) => inOrder(ids, await read(ids), (row) => row.parentId).map((row) => row?.count ?? 0));
}
