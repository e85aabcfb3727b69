import { createHash } from 'node:crypto';
import type { Transaction } from '@kith/drizzle/database.ts';
import { accounts, entries, transfers } from '@kith/drizzle/tables/gamification.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { PlayerKey } from './playing.ts';

/** Sparkle points that go from a tenant's mint into a player's wallet. */
export interface Payment {
  readonly player: PlayerKey;
  /** Whole points. */
  readonly points: number;
  readonly cause: string;
  /** What makes it this payment and no other. A second one with the same key fails by `transfers_once`. */
  readonly idempotencyKey: string;
  readonly at: Date;
}

/** Pays a player: one transfer whose two entries sum to zero. Triggers move the balances. The mint comes first, always, so that payments queue there and nowhere else. */
export async function pay(tx: Transaction, { player, points, cause, idempotencyKey, at }: Payment): Promise<void> {
  const { tenantId } = player;
  const mint = await findOrOpenAccount(tx, tenantId, 'MINT', null, at);
  const wallet = await findOrOpenAccount(tx, tenantId, 'WALLET', player.id, at);
  const id = newRowId(at);
  const request = JSON.stringify({ cause, playerId: player.id, currency: 'SPARKLE', points });
  const requestHash = createHash('sha256').update(request).digest();
  await tx.insert(transfers).values({ id, tenantId, idempotencyKey, requestHash, cause, actorId: null, occurredAt: at });
  const entry = (accountId: string, amount: number) => ({ transferId: id, accountId, tenantId, currency: 'SPARKLE' as const, amount: amount.toFixed(4) });
  await tx.insert(entries).values([entry(mint, -points), entry(wallet, points)]);
}

async function findOrOpenAccount(tx: Transaction, tenantId: TenantId, kind: 'MINT' | 'WALLET', playerId: string | null, at: Date): Promise<string> {
  // Not by Drizzle's insert: that names every column, and nobody may write `balance`.
  await tx.execute(sql`insert into ${accounts} (id, tenant_id, player_id, kind, currency)
    values (${newRowId(at)}, ${tenantId}, ${playerId}, ${kind}, 'SPARKLE') on conflict on constraint accounts_one_of_each do nothing`);
  const owner = playerId === null ? isNull(accounts.playerId) : eq(accounts.playerId, playerId);
  const [row] = await tx.select({ id: accounts.id }).from(accounts).where(and(eq(accounts.tenantId, tenantId), owner, eq(accounts.kind, kind), eq(accounts.currency, 'SPARKLE')));
  if (row === undefined) throw new Error(`${tenantId} has no ${kind} of sparkle points`);
  return row.id;
}
