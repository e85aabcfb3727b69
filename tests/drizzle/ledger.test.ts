import { seedDemo } from '@kith/drizzle/seed/demo.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import postgres from 'postgres';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordKey } from '../harness/settings.ts';
import type { FreshDatabase } from './freshDatabase.ts';
import { freshDatabase } from './freshDatabase.ts';
import { ledgerDifferences } from './ledgerDifferences.ts';
import { foundIn } from './planted.ts';
import { grantsTo } from './securityGuards.ts';

interface Account {
  readonly id: string;
  readonly balance: string;
}

interface Entry {
  readonly account: Account;
  readonly amount: string;
  readonly tenantId?: string;
  readonly currency?: string;
}

let database: FreshDatabase;
/** Not bound by policies: looks on. */
let owner: postgres.Sql;
/** As the subgraph connects, several times. */
let gamification: postgres.Sql;
let sparkle: string;
let atlas: string;

beforeAll(async () => {
  database = await freshDatabase();
  await seedDemo(database.ownerUrl, { now: new Date(), hashPassword: () => Promise.resolve('no hash'), records: recordKeys(recordKey) });
  owner = postgres(database.ownerUrl, { max: 1, onnotice: () => {} });
  gamification = postgres(database.urlOf('gamification'), { max: 4 });
  sparkle = await tenantCalled('sparkle');
  atlas = await tenantCalled('atlas');
}, 60_000);

afterAll(async () => {
  await Promise.all([owner.end(), gamification.end()]);
  await database.drop();
});

async function tenantCalled(slug: string): Promise<string> {
  const [tenant] = await owner<{ id: string }[]>`select id from tenants.tenants where slug = ${slug}`;
  if (tenant === undefined) throw new Error(`the demo data has no tenant ${slug}`);
  return tenant.id;
}

async function mintOf(tenantId: string, currency = 'SPARKLE'): Promise<Account> {
  const [mint] = await owner<Account[]>`select id, balance from gamification.accounts where tenant_id = ${tenantId} and kind = 'MINT' and currency = ${currency}`;
  if (mint === undefined) throw new Error(`${tenantId} has no mint`);
  return mint;
}

async function walletOf(username: string, tenantId: string): Promise<Account> {
  const [wallet] = await owner<Account[]>`
    select a.id, a.balance from gamification.accounts a
    join gamification.players p on p.id = a.player_id
    join users.people u on u.id = p.user_id
    where u.username = ${username} and a.tenant_id = ${tenantId} and a.kind = 'WALLET' and a.currency = 'SPARKLE'`;
  if (wallet === undefined) throw new Error(`${username} has no wallet there`);
  return wallet;
}

/** Opens a transaction in the scope of a tenant, as a request does. */
function inTenant<T>(tenantId: string, work: (tx: postgres.TransactionSql) => Promise<T>): Promise<unknown> {
  return gamification.begin(async (tx) => {
    await tx`select set_config('kith.tenant_id', ${tenantId}, true)`;
    return work(tx);
  });
}

/** Writes a transfer with these entries in one transaction of the subgraph. */
async function transfer(tenantId: string, entries: readonly Entry[], key: string = v7()): Promise<void> {
  await inTenant(tenantId, async (tx) => {
    const id = v7();
    await tx`insert into gamification.transfers (id, tenant_id, idempotency_key, request_hash, cause, occurred_at)
      values (${id}, ${tenantId}, ${key}, sha256(${key}::text::bytea), 'test', now())`;
    for (const entry of entries) {
      await tx`insert into gamification.entries (transfer_id, account_id, tenant_id, currency, amount)
        values (${id}, ${entry.account.id}, ${entry.tenantId ?? tenantId}, ${entry.currency ?? 'SPARKLE'}, ${entry.amount})`;
    }
  });
}

test('a transfer moves both balances by its entries, to the fourth place', async () => {
  const [mint, wallet] = [await mintOf(sparkle), await walletOf('jean', sparkle)];
  await transfer(sparkle, [{ account: mint, amount: '-0.0001' }, { account: wallet, amount: '0.0001' }]);
  expect((await walletOf('jean', sparkle)).balance).toBe('100.0001');
  expect(Number((await mintOf(sparkle)).balance)).toBeCloseTo(Number(mint.balance) - 0.0001, 4);
});

test('entries that do not sum to zero are refused when the transaction commits', async () => {
  const wallet = await walletOf('ada', sparkle);
  await expect(transfer(sparkle, [{ account: wallet, amount: '5' }])).rejects.toMatchObject({ constraint_name: 'entries_sum_to_zero' });
  expect(await walletOf('ada', sparkle)).toEqual(wallet);
});

test('entries that sum to zero only across currencies are refused', async () => {
  const [mint, wallet] = [await mintOf(sparkle, 'PREMIUM'), await walletOf('ada', sparkle)];
  const crossed = transfer(sparkle, [{ account: mint, amount: '-5', currency: 'PREMIUM' }, { account: wallet, amount: '5' }]);
  await expect(crossed).rejects.toMatchObject({ constraint_name: 'entries_sum_to_zero' });
});

test.each([
  'update gamification.accounts set balance = 1000000',
  `insert into gamification.accounts (id, tenant_id, kind, currency, balance) values (uuidv7(), kith.current_tenant_id(), 'STORE', 'SPARKLE', 5)`,
])('the subgraph cannot write a balance: %s', async (statement) => {
  await expect(inTenant(sparkle, (tx) => tx.unsafe(statement))).rejects.toThrow('permission denied for table accounts');
});

test.each([
  'update gamification.players set experience = 1000000',
  'insert into gamification.players (id, tenant_id, user_id, experience, created_at) values (uuidv7(), kith.current_tenant_id(), uuidv7(), 5, now())',
])('the subgraph cannot write experience: %s', async (statement) => {
  await expect(inTenant(sparkle, (tx) => tx.unsafe(statement))).rejects.toThrow('permission denied for table players');
});

test('a wallet cannot go below zero', async () => {
  const [mint, wallet] = [await mintOf(sparkle), await walletOf('kay', sparkle)];
  const overdrawn = transfer(sparkle, [{ account: wallet, amount: '-100.0001' }, { account: mint, amount: '100.0001' }]);
  await expect(overdrawn).rejects.toMatchObject({ constraint_name: 'accounts_enough' });
});

test('of twenty payments at once out of a wallet that has enough for ten, exactly ten are made', async () => {
  const [mint, wallet] = [await mintOf(sparkle), await walletOf('trent', sparkle)];
  const payments = Array.from({ length: 20 }, () => transfer(sparkle, [{ account: wallet, amount: '-10' }, { account: mint, amount: '10' }]));
  const outcomes = await Promise.allSettled(payments);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect((await walletOf('trent', sparkle)).balance).toBe('0.0000');
});

test('a transfer is made once for its idempotency key, however often it is sent at the same moment', async () => {
  const [mint, wallet] = [await mintOf(sparkle), await walletOf('alice', sparkle)];
  const sent = Array.from({ length: 8 }, () => transfer(sparkle, [{ account: mint, amount: '-1' }, { account: wallet, amount: '1' }], 'sent eight times'));
  const outcomes = await Promise.allSettled(sent);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await walletOf('alice', sparkle)).balance).toBe('101.0000');
});

test('nobody, the keeper included, may change or delete what stands in the ledger', async () => {
  const roles = await owner<{ rolname: string }[]>`select rolname from pg_roles where rolname like 'kith\\_%'`;
  const grants = await grantsTo(owner, roles.map(({ rolname }) => rolname));
  const ledger = ['gamification.entries', 'gamification.transfers', 'gamification.experience_entries'];
  expect(grants.filter(({ table, privilege }) => ledger.includes(table) && !['SELECT', 'INSERT'].includes(privilege))).toEqual([]);
});

test.each([
  'update gamification.entries set amount = amount * 2',
  'delete from gamification.entries',
  'truncate gamification.entries',
  `update gamification.transfers set cause = 'other'`,
  'delete from gamification.transfers',
  'delete from gamification.experience_entries',
])('the subgraph is refused: %s', async (statement) => {
  await expect(inTenant(sparkle, (tx) => tx.unsafe(statement))).rejects.toThrow('permission denied');
});

test('an entry for an account of another tenant is refused', async () => {
  const [mint, foreignWallet] = [await mintOf(sparkle), await walletOf('linus', atlas)];
  const crossed = transfer(sparkle, [{ account: mint, amount: '-5' }, { account: foreignWallet, amount: '5' }]);
  await expect(crossed).rejects.toMatchObject({ code: '23503', table_name: 'entries' });
});

test('an entry that names another tenant than the active one is refused', async () => {
  const [mint, foreignWallet] = [await mintOf(sparkle), await walletOf('linus', atlas)];
  const crossed = transfer(sparkle, [{ account: mint, amount: '-5' }, { account: foreignWallet, amount: '5', tenantId: atlas }]);
  await expect(crossed).rejects.toThrow('row-level security');
});

test('even for someone policies do not bind, an entry cannot be of another tenant than its transfer', async () => {
  const foreignWallet = await walletOf('linus', atlas);
  const [existing] = await owner<{ id: string }[]>`select id from gamification.transfers where tenant_id = ${sparkle} limit 1`;
  const crossed = owner`
    insert into gamification.entries (transfer_id, account_id, tenant_id, currency, amount)
    values (${existing?.id ?? ''}, ${foreignWallet.id}, ${atlas}, 'SPARKLE', 5)`;
  await expect(crossed).rejects.toMatchObject({ code: '23503', table_name: 'entries' });
});

test('an entry in another currency than its account is refused', async () => {
  const [mint, wallet] = [await mintOf(sparkle), await walletOf('ada', sparkle)];
  const crossed = transfer(sparkle, [{ account: mint, amount: '-5', currency: 'PREMIUM' }, { account: wallet, amount: '5', currency: 'PREMIUM' }]);
  await expect(crossed).rejects.toMatchObject({ code: '23503', table_name: 'entries' });
});

test('the demo data, and all that was tried on it here, leaves every balance the sum of its entries and every currency at zero', async () => {
  expect(await ledgerDifferences(owner)).toEqual([]);
});

test.each([
  ['a balance nobody paid', 'update gamification.accounts set balance = balance + 1', /^account .* holds/],
  ['experience nobody earned', 'update gamification.players set experience = experience + 1', /^player .* has/],
  ['an entry changed afterwards', 'update gamification.entries set amount = amount * 2 where amount > 0', /^the entries of SPARKLE sum to/],
  ['an entry lost', 'delete from gamification.entries where amount > 0', /^transfer .* sums to -/],
])('the check of the ledger finds %s', async (_, fault, finding) => {
  expect(await foundIn(owner, fault, ledgerDifferences)).toContainEqual(expect.stringMatching(finding));
});
