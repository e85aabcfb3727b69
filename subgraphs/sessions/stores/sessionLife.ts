import type { Transaction } from '@kith/drizzle/database.ts';
import { ownSessions, revocations, sessions } from '@kith/drizzle/tables/sessions.ts';
import type { SessionId, TenantId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import type { SessionUse } from '@kith/kernel/sessionUse.ts';
import type { SQL } from 'drizzle-orm';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Session } from '../domain/session.ts';

/** A session with the tenant it is for acting in, and when it ends however much it is used. */
export type KnownSession = Session & { readonly tenantId: TenantId | null; readonly absoluteExpiresAt: Date };

/** That sessions ended, when, and in one word why. */
export interface Ending {
  readonly revokedAt: Date;
  readonly revokedReason: string;
}

const shownOf = (source: typeof sessions | typeof ownSessions) => ({
  id: source.id,
  userId: source.userId,
  tenantId: source.tenantId,
  device: source.device,
  browser: source.browser,
  operatingSystem: source.operatingSystem,
  ipAddress: source.ipAddress,
  createdAt: source.createdAt,
  lastSeenAt: source.lastSeenAt,
  expiresAt: source.expiresAt,
  absoluteExpiresAt: source.absoluteExpiresAt,
});

/** One of one's own sessions that has not been ended. */
export async function findOwnSession(tx: Transaction, id: SessionId): Promise<KnownSession | null> {
  const [row] = await tx
    .select(shownOf(ownSessions))
    .from(ownSessions)
    .where(and(eq(ownSessions.id, id), isNull(ownSessions.revokedAt)));
  return row ?? null;
}

/** How a session goes on: when and from where it was last used, until when it lives unless it is used again, and in which tenant. */
export type SessionUseNow = Pick<KnownSession, 'lastSeenAt' | 'expiresAt' | 'ipAddress' | 'tenantId'>;

/** Has one's own session go on. Answers it, or null when it has been ended. */
export async function keepSession(tx: Transaction, session: KnownSession, use: SessionUseNow): Promise<KnownSession | null> {
  // Drizzle changes tables only, and one's own sessions are changed through the view that shows them.
  const kept = await tx.execute(sql`
    update ${ownSessions}
    set last_seen_at = ${use.lastSeenAt.toISOString()}, expires_at = ${use.expiresAt.toISOString()}, ip_address = ${use.ipAddress}::inet, tenant_id = ${use.tenantId}
    where id = ${session.id} and revoked_at is null returning id`);
  return kept.length === 0 ? null : { ...session, ...use };
}

/** Which of one's own sessions: one, or all, or all but one. */
export type OwnSessions = { readonly only: SessionId } | { readonly allBut: SessionId | null };

/** Ends living sessions of one's own, and tells every process. Answers those that ended. */
export async function endOwnSessions(tx: Transaction, which: OwnSessions, ending: Ending): Promise<SessionId[]> {
  const chosen = 'only' in which ? sql`id = ${which.only}` : sql`id is distinct from ${which.allBut}::uuid`;
  return ended(tx, ending, sql`
    update ${ownSessions} set revoked_at = ${ending.revokedAt.toISOString()}, revoked_reason = ${ending.revokedReason}
    where id in (select id from ${ownSessions} where ${chosen} and revoked_at is null and expires_at > ${ending.revokedAt.toISOString()} order by id for update)
    returning id`);
}

/** Ends a living session of anybody that was opened in the tenant of the scope, and tells every process. Answers it, or null. */
export async function endSessionInTenant(tx: Transaction, id: SessionId, ending: Ending): Promise<KnownSession | null> {
  const found = await ended(tx, ending, sql`
    update ${sessions} set revoked_at = ${ending.revokedAt.toISOString()}, revoked_reason = ${ending.revokedReason}
    where id = ${id} and tenant_id = (select kith.current_tenant_id()) and revoked_at is null and expires_at > ${ending.revokedAt.toISOString()}
    returning id`);
  if (found.length === 0) return null;
  const [row] = await tx.select(shownOf(sessions)).from(sessions).where(eq(sessions.id, id));
  return row ?? null;
}

async function ended(tx: Transaction, { revokedAt }: Ending, update: SQL): Promise<SessionId[]> {
  const rows = await tx.execute<{ id: SessionId }>(update);
  const ids = rows.map((row) => row.id);
  if (ids.length > 0) await tx.insert(revocations).values(ids.map((sessionId) => ({ id: newRowId(revokedAt), sessionId, revokedAt })));
  return ids;
}

/** Notes when sessions were used, whoever's they are, by the port of the keeper. */
export async function noteUse(tx: Transaction, uses: readonly SessionUse[]): Promise<void> {
  const list = (values: readonly (string | null)[]) => sql.param(`{${values.map((value) => value ?? 'null').join(',')}}`); // ids, moments and addresses need no quotes
  await tx.execute(sql`
    select sessions.note_use(${list(uses.map((use) => use.sessionId))}::uuid[], ${list(uses.map((use) => use.usedAt.toISOString()))}::timestamptz[],
      ${list(uses.map((use) => use.address))}::inet[])`);
}
