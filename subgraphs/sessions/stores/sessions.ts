import { statement } from '@kith/drizzle/connection.ts';
import type { Cut, SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { cutTo, pageClauses, pagedStatement, uncut } from '@kith/drizzle/pagedStatement.ts';
import { ownSessions, sessions } from '@kith/drizzle/tables/sessions.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { Session } from '../domain/session.ts';

/** A session under the person it was asked for. */
export type SessionRow = Session & ChildRow<UserId>;

const half = (source: typeof sessions | typeof ownSessions, ofTenant: SQL, cut: Cut): SQL => sql`
  (select ${source.id}, ${source.userId}, ${source.device}, ${source.browser}, ${source.operatingSystem}, ${source.ipAddress},
      ${source.createdAt}, ${source.lastSeenAt}, ${source.expiresAt}
    from ${source}
    where ${source.userId} = parent.id and ${source.revokedAt} is null and ${source.expiresAt} > ${sql.placeholder('now')}::timestamptz and ${ofTenant}
      ${cut([sql`${source.lastSeenAt}`, sql`${source.id}`])})`;

/**
 * The living sessions of a person that the viewer may know of: those opened in the active tenant, and their own elsewhere.
 * "Is not true" rather than "is distinct from": whoever acts in no tenant has opened their session in none.
 */
const knownSessions = (cut: Cut = uncut): SQL => sql`(
  ${half(sessions, sql`${sessions.tenantId} = ${sql.placeholder('tenantId')}::uuid`, cut)}
  union all
  ${half(ownSessions, sql`(${ownSessions.tenantId} = ${sql.placeholder('tenantId')}::uuid) is not true`, cut)}) as known`;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`known.last_seen_at`, type: 'timestamptz' },
    { column: sql`known.id`, type: 'uuid' },
  ],
  descending: true,
};

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<SessionId>`s.id`,
  userId: sql<UserId>`s.user_id`,
  device: sql<string>`s.device`,
  browser: sql<string | null>`s.browser`,
  operatingSystem: sql<string | null>`s.operating_system`,
  ipAddress: sql<string | null>`s.ip_address`,
  createdAt: sql`s.created_at`.mapWith(sessions.createdAt),
  lastSeenAt: sql`s.last_seen_at`.mapWith(sessions.lastSeenAt),
  expiresAt: sql`s.expires_at`.mapWith(sessions.expiresAt),
};

/** A page of the living sessions of each of several people, the most recently used first. */
export const sessionsOfPeople = pagedStatement<SessionRow>('sessions of people', (db, page) => {
  const { orderBy, limit } = pageClauses(order, page);
  return db
    .select(columns)
    .from(sql`${parents} cross join lateral (select * from ${knownSessions(cutTo(order, page))} order by ${orderBy} limit ${limit}) as s`)
    .prepare('sessions_of_people');
});

/** How many living sessions each of several people has. */
export const sessionCountsOfPeople = statement<{ parentId: UserId; count: number }>('session counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`s.count` })
    .from(sql`${parents} cross join lateral (select count(*)::int from ${knownSessions()}) as s`)
    .prepare('session_counts_of_people'),
);

/** One's own sessions by id. */
export const ownSessionsById = statement<Session>('own sessions by id', (db) =>
  db
    .select({
      id: ownSessions.id,
      userId: ownSessions.userId,
      device: ownSessions.device,
      browser: ownSessions.browser,
      operatingSystem: ownSessions.operatingSystem,
      ipAddress: ownSessions.ipAddress,
      createdAt: ownSessions.createdAt,
      lastSeenAt: ownSessions.lastSeenAt,
      expiresAt: ownSessions.expiresAt,
    })
    .from(ownSessions)
    .where(sql`${ownSessions.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('own_sessions_by_id'),
);
