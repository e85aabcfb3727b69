import type { TenantId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import type { GatewayRules } from '@kith/kernel/tenantRules.ts';
import { TenantRulesCache } from '@kith/kernel/tenantRulesCache.ts';
import { beforeEach, describe, expect, it } from 'vitest';

const believedMs = 30_000;
const tenant = newId<TenantId>(new Date());
const other = newId<TenantId>(new Date());

let now = 0;
/** What the database says, how often it was asked, and what waits for its answer. */
let database: { number: number; asked: number; up: boolean; held: (() => void)[] | null };
let cache: TenantRulesCache;

const load = async (): Promise<GatewayRules> => {
  database.asked += 1;
  const { number, held } = database;
  if (held !== null) await new Promise<void>((go) => held.push(go));
  if (!database.up) throw new Error('the database is away');
  return { allowedIpRanges: [], apiPerMinute: number, writesPerMinute: null };
};
/** The number in the rules of a tenant, or the code of the refusal. */
const numberOf = (tenantId = tenant): Promise<unknown> => cache.rulesOf(tenantId).then((rules) => rules.apiPerMinute, (error: { code: string }) => error.code);

beforeEach(() => {
  now = 1_000_000;
  database = { number: 1, asked: 0, up: true, held: null };
  cache = new TenantRulesCache({ load, believedMs, entriesMax: 2, nowMs: () => now });
  cache.hearing();
});

describe('while changes are heard of', () => {
  it('rules are asked for once, for however many who want them and for however long', async () => {
    expect(await Promise.all([numberOf(), numberOf(), numberOf()])).toEqual([1, 1, 1]);
    now += 86_400_000;
    expect([await numberOf(), database.asked]).toEqual([1, 1]);
  });

  it('a change is in force with the next request', async () => {
    await numberOf();
    database.number = 2;
    cache.forget(tenant);
    expect(await numberOf()).toBe(2);
  });

  it('an answer that a change overtook on its way is not kept', async () => {
    database.held = [];
    const slow = numberOf();
    database.number = 2;
    cache.forget(tenant);
    const anew = numberOf();
    for (const go of database.held) go();
    expect([await slow, await anew, await numberOf(), database.asked]).toEqual([1, 2, 2, 2]);
  });

  it('those asked for last are kept, so many and no more', async () => {
    for (const each of [tenant, other, newId<TenantId>(new Date())]) await numberOf(each);
    expect(cache.size).toBe(2);
    await numberOf(other);
    expect(database.asked).toBe(3);
  });
});

describe('while they are not', () => {
  it.each([
    { ms: 999, number: 1 },
    { ms: 1_000, number: 2 },
  ])('rules of $ms ms ago are taken for true: $number', async ({ ms, number }) => {
    cache.deaf(now);
    await numberOf();
    database.number = 2;
    now += ms;
    expect(await numberOf()).toBe(number);
  });

  it('an answer that was on its way when they ceased to be heard of is not kept', async () => {
    database.held = [];
    const slow = numberOf();
    cache.deaf(now);
    database.number = 2;
    const anew = numberOf();
    for (const go of database.held) go();
    expect([await slow, await anew]).toEqual([1, 2]);
  });

  it('and are again, everything is asked for anew', async () => {
    await numberOf();
    cache.deaf(now);
    database.number = 2;
    cache.hearing();
    expect([await numberOf(), cache.size]).toEqual([2, 1]);
  });
});

describe('without a database', () => {
  it('what is known stays in force for so long after it was last known to be true, and then nobody is let in', async () => {
    await numberOf();
    now += 3_600_000;
    database.up = false;
    cache.deaf(now);
    now += believedMs;
    expect(await numberOf()).toBe(1);
    now += 1;
    expect(await numberOf()).toBe('INTERNAL');
    database.up = true;
    now += 1_000;
    expect(await numberOf()).toBe(1);
  });

  it('what is not known lets nobody in', async () => {
    database.up = false;
    expect(await numberOf()).toBe('INTERNAL');
  });

  it('it is asked once a second, and not by everybody', async () => {
    database.up = false;
    for (let time = 0; time < 10; time += 1) await numberOf();
    expect(database.asked).toBe(1);
    now += 1_000;
    await numberOf();
    expect(database.asked).toBe(2);
  });
});
