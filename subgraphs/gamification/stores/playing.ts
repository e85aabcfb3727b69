import type { Transaction } from '@kith/drizzle/database.ts';
import { experienceEntries, players } from '@kith/drizzle/tables/gamification.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import { and, eq, sql } from 'drizzle-orm';

/** A person as somebody who plays in a tenant. */
export interface PlayerKey {
  readonly id: string;
  readonly tenantId: TenantId;
}

/** Where whoever the transaction speaks for is a player, always in the same order. */
export async function findTenantsPlayedIn(tx: Transaction): Promise<TenantId[]> {
  const rows = await tx.select({ tenantId: sql<TenantId>`tenant_id` }).from(sql`gamification.playing_in() as tenant_id`);
  return rows.map(({ tenantId }) => tenantId);
}

/** A person's player in the tenant of the transaction, made when there is none yet. */
export async function findOrAddPlayer(tx: Transaction, userId: UserId, tenantId: TenantId, at: Date): Promise<PlayerKey> {
  // Not by Drizzle's insert: that names every column, and this role may not write `experience`.
  await tx.execute(sql`insert into ${players} (id, tenant_id, user_id, created_at)
    values (${newRowId(at)}, ${tenantId}, ${userId}, ${at.toISOString()}::timestamptz) on conflict on constraint players_once do nothing`);
  const [row] = await tx.select({ id: players.id, tenantId: players.tenantId }).from(players).where(and(eq(players.tenantId, tenantId), eq(players.userId, userId)));
  if (row === undefined) throw new Error(`${userId} has no player in ${tenantId}`);
  return row;
}

/** Writes an award of experience into the log, and answers what the player has with it. Whoever else gives the same player some waits until the end. */
export async function addExperience(tx: Transaction, { id, tenantId }: PlayerKey, award: { amount: number; source: string; at: Date }): Promise<number> {
  const { amount, source, at } = award;
  await tx.insert(experienceEntries).values({ id: newRowId(at), tenantId, playerId: id, amount, source, occurredAt: at });
  const [row] = await tx.select({ experience: players.experience }).from(players).where(eq(players.id, id));
  if (row === undefined) throw new Error(`player ${id} is gone`);
  return row.experience;
}
