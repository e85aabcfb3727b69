import type { ChainPlace, ChainedEntry } from '@kith/drizzle/auditChain.ts';
import { statement } from '@kith/drizzle/connection.ts';
import { auditCheckpoints, auditEntries } from '@kith/drizzle/tables/audit.ts';
import { and, eq, gte, sql } from 'drizzle-orm';

/** How many entries one piece of an export holds. */
export const exportedEntriesMax = 1_000;

/** A piece of a tenant's chain from a number on: the entry before it, the piece, and one more, to know whether the log goes on. */
export const chainPiece = statement<ChainedEntry>('audit chain piece', (db) =>
  db
    .select({
      tenantId: auditEntries.tenantId,
      seq: sql<number>`${auditEntries.seq}`.mapWith(auditEntries.seq),
      id: auditEntries.id,
      occurredAt: auditEntries.occurredAt,
      actorId: auditEntries.actorId,
      impersonatorId: auditEntries.impersonatorId,
      action: auditEntries.action,
      targetType: auditEntries.targetType,
      targetId: auditEntries.targetId,
      before: auditEntries.before,
      after: auditEntries.after,
      ipAddress: auditEntries.ipAddress,
      userAgent: auditEntries.userAgent,
      requestId: auditEntries.requestId,
      digest: sql<Buffer>`${auditEntries.digest}`,
      payloadDigest: sql<Buffer>`${auditEntries.payloadDigest}`,
      originDigest: sql<Buffer>`${auditEntries.originDigest}`,
      redactedAt: auditEntries.redactedAt,
    })
    .from(auditEntries)
    .where(and(eq(auditEntries.tenantId, sql.placeholder('tenantId')), gte(auditEntries.seq, sql.placeholder('from'))))
    .orderBy(sql`${auditEntries.seq} limit ${sql.raw(String(exportedEntriesMax + 2))}`)
    .prepare('audit_chain_piece'),
);

/** Where a chain goes on from whose beginning was taken out lawfully. */
export const prunedPlaces = statement<ChainPlace>('audit pruned place', (db) =>
  db
    .select({ seq: auditCheckpoints.seq, digest: auditCheckpoints.digest })
    .from(auditCheckpoints)
    .where(and(eq(auditCheckpoints.tenantId, sql.placeholder('tenantId')), eq(auditCheckpoints.kind, 'PRUNED')))
    .orderBy(sql`${auditCheckpoints.seq} desc limit 1`)
    .prepare('audit_pruned_place'),
);
