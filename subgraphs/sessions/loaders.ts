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
import type { Session, SessionCursor } from './domain/session.ts';
import type { SessionRow } from './stores/sessions.ts';
import { ownSessionsById, sessionCountsOfPeople, sessionsOfPeople } from './stores/sessions.ts';

/** Every batched read of the sessions subgraph. Sessions the viewer may not know of are absent. */
export interface SessionsLoaders {
  readonly ownSession: DataLoader<SessionId, Session | null>;
  readonly sessionsOfPerson: ConnectionLoader<UserId, SessionRow, SessionCursor>;
  readonly sessionCountOfPerson: DataLoader<UserId, number>;
}

/** Makes the loaders of one request. */
export function makeLoaders(reads: ReadScope, viewer: Viewer, clock: Clock): SessionsLoaders {
  const { tenantId } = scopeOf(viewer);
  const now = clock.now().toISOString();
  return {
    ownSession: new DataLoader(async (ids) => inOrder(ids, await reads.run(ownSessionsById, { ids }), (row) => row.id)),
    sessionsOfPerson: connectionLoader((ids, page) => reads.run(sessionsOfPeople(page), { ids, tenantId, now, ...cursorValues(page) })),
    sessionCountOfPerson: new DataLoader(async (ids) => {
      const rows = await reads.run(sessionCountsOfPeople, { ids, tenantId, now });
      return inOrder(ids, rows, (row) => row.parentId).map((row) => row?.count ?? 0);
    }),
  };
}
