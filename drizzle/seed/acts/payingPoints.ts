import { createHash } from 'node:crypto';
import type { TenantId } from '@kith/kernel/ids.ts';
import type { Transaction } from '../../database.ts';
import { accounts, entries, transfers } from '../../tables/gamification.ts';
import type { Cast } from '../cast.ts';
import { demoIds } from '../demoId.ts';
import type { Currency, Payment } from '../payments.ts';
import { paymentsOf } from '../payments.ts';

type AccountRow = typeof accounts.$inferInsert;

const currencies: readonly Currency[] = ['SPARKLE', 'PREMIUM'];

/** Opens a mint per tenant and a wallet per player, in both currencies, and pays everybody; a trigger moves the balances. */
export async function payPoints(tx: Transaction, cast: Cast): Promise<void> {
  const opened = accountsOf(cast);
  await tx.insert(accounts).values(opened);
  const nextId = demoIds('transfer');
  const paid = paymentsOf(cast).map((payment) => ({ id: nextId(), payment }));
  await tx.insert(transfers).values(paid.map(({ id, payment }) => transferRow(id, payment)));
  const idOf = accountFinder(opened);
  await tx.insert(entries).values(paid.flatMap(({ id, payment }) => entryRows(id, payment, idOf)));
}

function accountsOf(cast: Cast): AccountRow[] {
  const nextId = demoIds('account');
  const mints = cast.tenants.flatMap((tenant) => currencies.map((currency) => ({ id: nextId(), tenantId: tenant.id, playerId: null, kind: 'MINT' as const, currency })));
  const wallets = cast.members.flatMap(({ tenantId, playerId }) => currencies.map((currency) => ({ id: nextId(), tenantId, playerId, kind: 'WALLET' as const, currency })));
  return [...mints, ...wallets];
}

/** Finds the wallet of a player, or the mint of a tenant. */
type AccountFinder = (owner: string, currency: Currency) => string;

function accountFinder(opened: readonly AccountRow[]): AccountFinder {
  const ids = new Map(opened.map(({ id, tenantId, playerId, currency }) => [`${playerId ?? tenantId} ${currency}`, id]));
  return (owner, currency) => {
    const id = ids.get(`${owner} ${currency}`);
    if (id === undefined) throw new Error(`${owner} has no account in ${currency}`);
    return id;
  };
}

function transferRow(id: string, { member, currency, points, cause, idempotencyKey, actorId, occurredAt }: Payment): typeof transfers.$inferInsert {
  const request = JSON.stringify({ cause, playerId: member.playerId, currency, points });
  return { id, tenantId: member.tenantId, idempotencyKey, requestHash: createHash('sha256').update(request).digest(), cause, actorId, occurredAt };
}

function entryRows(transferId: string, { member, currency, points }: Payment, idOf: AccountFinder): (typeof entries.$inferInsert)[] {
  const row = (owner: string, tenantId: TenantId, amount: number) => ({ transferId, accountId: idOf(owner, currency), tenantId, currency, amount: amount.toFixed(4) });
  return [row(member.tenantId, member.tenantId, -points), row(member.playerId, member.tenantId, points)];
}
