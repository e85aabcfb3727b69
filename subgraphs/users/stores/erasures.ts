import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { erasures } from '@kith/drizzle/tables/leaving.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { AffectedRelation, ErasureFate, ErasureReport } from '../domain/erasure.ts';
import type { Logins } from '../domain/keyedHashes.ts';

/** A step of an erasure: some rows of a relation, and what becomes of them. */
export interface ErasureStep {
  readonly step: string;
  readonly relation: string;
  readonly fate: ErasureFate;
}

/** An erasure that has begun. */
export interface ErasureBegun extends Logins {
  readonly startedAt: Date;
  readonly stepsDone: readonly string[];
  readonly finished: boolean;
}

const moment = (at: Date) => sql`${at.toISOString()}::timestamptz`;
const bytesList = (hashes: readonly Buffer[]) => sql`${sql.param(`{${hashes.map((hash) => `"\\\\x${hash.toString('hex')}"`).join(',')}}`)}::bytea[]`;
const affected = { relation: sql<string>`relation`, rows: sql<number>`row_count::int`, fate: sql<ErasureFate>`fate` };

/** Who is to be erased by a moment, the one deleted first in front. */
export function findDue(tx: Transaction, at: Date, limit: number): Promise<(Logins & { userId: UserId })[]> {
  return tx
    .select({ userId: sql<UserId>`user_id`, emailCanonical: sql<string>`email_canonical`, usernameCanonical: sql<string>`username_canonical` })
    .from(sql`users.due_for_erasure(${moment(at)}, ${limit})`);
}

/** Begins the erasure of somebody, or finds how far it has come. Null for whoever is not to be erased. */
export async function beginErasure(tx: Transaction, userId: UserId, at: Date): Promise<ErasureBegun | null> {
  const [row] = await tx
    .select({
      startedAt: sql`started_at`.mapWith(erasures.startedAt),
      stepsDone: sql<string[]>`steps_done`,
      finished: sql<boolean>`finished`,
      emailCanonical: sql<string>`email_canonical`,
      usernameCanonical: sql<string>`username_canonical`,
    })
    .from(sql`users.begin_erasure(${userId}, ${moment(at)})`);
  return row ?? null;
}

/** The steps of an erasure, in their order. */
export function erasureSteps(tx: Transaction): Promise<ErasureStep[]> {
  return tx.select({ step: sql<string>`step`, relation: sql<string>`relation`, fate: sql<ErasureFate>`fate` }).from(sql`kith.erasure_steps()`);
}

/** Takes so many rows of a step, together with the note of it. Answers how many, and whether the step is done. */
export async function eraseSome(tx: Transaction, of: { userId: UserId; step: string; hashes: readonly Buffer[] }, at: Date, rowsMax: number): Promise<{ erased: number; done: boolean }> {
  const [row] = await tx
    .select({ erased: sql<number>`erased`, done: sql<boolean>`done` })
    .from(sql`users.erase_some(${of.userId}, ${of.step}, ${moment(at)}, ${rowsMax}, ${bytesList(of.hashes)})`);
  if (row === undefined) throw new Error('a step of an erasure answered nothing');
  return row;
}

/** What an erasure came to. */
export function erasedRows(tx: Transaction, userId: UserId): Promise<AffectedRelation[]> {
  return tx.select(affected).from(sql`users.erased_rows(${userId})`);
}

/** Ends an erasure all of whose steps are done. Answers true to the one caller who does. */
export async function finishErasure(tx: Transaction, userId: UserId, signed: string, at: Date): Promise<boolean> {
  const [row] = await tx.select({ finished: sql<boolean>`finished` }).from(sql`users.finish_erasure(${userId}, ${signed}, ${moment(at)}) as finished`);
  return row?.finished === true;
}

/** How many rows of somebody who is to be erased there are. */
export async function countRows(tx: Transaction, userId: UserId, hashes: readonly Buffer[], at: Date): Promise<AffectedRelation[]> {
  return tx.select(affected).from(sql`kith.count_rows(${userId}, ${moment(at)}, ${bytesList(hashes)})`);
}

/** What deleting several people would do, of those the viewer may decide about. */
export const deletionImpacts = statement<AffectedRelation & { userId: UserId }>('deletion impacts', (db) =>
  db
    .select({ userId: sql<UserId>`user_id`, ...affected })
    .from(
      sql`(select i.user_id, i.relation, i.fate, sum(i.row_count) as row_count from kith.deletion_impacts(${sql.placeholder('people')}::text::jsonb) i
        group by i.user_id, i.relation, i.fate order by i.user_id, i.relation, i.fate) as impacts`,
    )
    .prepare('deletion_impacts'),
);

/** The reports of erasures that are finished, for administrators of the platform. */
export const erasureReports = statement<ErasureReport>('erasure reports', (db) =>
  db
    .select({
      userId: sql<UserId>`user_id`,
      startedAt: sql`started_at`.mapWith(erasures.startedAt),
      completedAt: sql`finished_at`.mapWith(erasures.finishedAt),
      relations: sql<AffectedRelation[]>`relations`,
      signed: sql<string>`signed`,
    })
    .from(sql`users.erasure_reports(${sql.placeholder('ids')}::uuid[])`)
    .prepare('erasure_reports'),
);
