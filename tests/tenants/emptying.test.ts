import { emptyDeletedTenants, emptyStep } from '@kith/tenants/services/emptyingTenants.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestParts } from '../harness/parts.ts';
import { testParts } from '../harness/parts.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';

const clock = testClock();
const dayMs = 86_400_000;
let database: TestDatabase;
let parts: TestParts;
let keeper: TestTenant;

beforeAll(async () => {
  database = await testDatabase('migrated');
  parts = await testParts(database, clock);
  keeper = await aTenant('stays').withAdmin('boss').withMembers(3, 'stays').in(database);
});
afterAll(async () => {
  await parts.close();
  await database.drop();
});

/** A tenant with points and rules, deleted so many days ago. */
async function deletedTenant(slug: string, members: number, daysAgo: number): Promise<TestTenant> {
  const tenant = await aTenant(slug).withAdmin(`${slug.replaceAll('-', '_')}_boss`).withMembers(members, slug.replaceAll('-', '_')).in(database);
  const at = new Date(clock.now().getTime() - daysAgo * dayMs);
  await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${tenant.id}, '{"signUp": "OPEN"}', ${at})`;
  await database.owner`update tenants.tenants set status = 'SUSPENDED', deleted_at = ${at}, deleted_by = ${Object.values(tenant.people)[0]?.id ?? ''} where id = ${tenant.id}`;
  return tenant;
}
const leftOf = async (tenant: TestTenant) =>
  (await database.owner`
    select (select count(*)::int from tenants.memberships where tenant_id = ${tenant.id}) as memberships, (select count(*)::int from users.directory_entries where tenant_id = ${tenant.id}) as listed,
           (select count(*)::int from tenants.settings where tenant_id = ${tenant.id}) as settings, (select count(*)::int from gamification.players where tenant_id = ${tenant.id}) as players,
           (select slug from tenants.tenants where id = ${tenant.id}) as slug, (select emptied_at is not null from tenants.tenants where id = ${tenant.id}) as emptied`)[0];

describe('a deleted tenant', () => {
  it('is left as it is until its 30 days are over', async () => {
    const tenant = await deletedTenant('waiting', 5, 29.9);
    expect(await emptyDeletedTenants(parts.tenants)).toBe(0);
    expect(await leftOf(tenant)).toEqual({ memberships: 6, listed: 6, settings: 1, players: 6, slug: 'waiting', emptied: false });
  });

  it('is then emptied but for what it did: its slug is free, its points and its log stay', async () => {
    const tenant = await deletedTenant('over', 5, 30);
    expect(await emptyDeletedTenants(parts.tenants)).toBe(1);
    expect(await leftOf(tenant)).toEqual({ memberships: 0, listed: 0, settings: 0, players: 6, slug: `deleted-${tenant.id}`, emptied: true });
    expect(await database.owner`select action, actor_id from tenants.audit_entries where tenant_id = ${tenant.id}`).toEqual([{ action: 'tenant.empty', actor_id: null }]);
    await aTenant('over').withAdmin('successor').in(database);
    expect(await emptyDeletedTenants(parts.tenants)).toBe(0);
  });

  it('goes in transactions of so many rows, frees its slug with the first of them, and goes on where it stopped', async () => {
    const tenant = await deletedTenant('in-steps', 24, 31);
    expect(await emptyStep(parts.tenants, 10)).toBe(false);
    expect(await leftOf(tenant)).toMatchObject({ memberships: 15, settings: 1, slug: `deleted-${tenant.id}`, emptied: false });
    expect(await emptyStep(parts.tenants, 10)).toBe(false);
    expect(await emptyStep(parts.tenants, 10)).toBe(true);
    expect(await leftOf(tenant)).toMatchObject({ memberships: 0, settings: 0, emptied: true });
    expect(await emptyStep(parts.tenants, 10)).toBe(null);
  });

  it('is not restored any more once it has been begun with, whatever a clock says', async () => {
    const tenant = await deletedTenant('begun', 24, 31);
    await emptyStep(parts.tenants, 10);
    await database.owner`update users.people set platform_administrator = true where username = 'boss'`;
    const restore = database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${keeper.people['boss']?.id ?? ''}, true)`;
      return tx`select * from tenants.change_status(${tenant.id}, 'restore', null, now() - interval '60 days', now())`;
    });
    await expect(restore).rejects.toThrow('cannot be made to restore');
    await emptyDeletedTenants(parts.tenants);
  });

  it('is emptied by two jobs at once as by one, each tenant once, and no other loses anything', async () => {
    const tenants = [];
    for (let index = 0; index < 6; index += 1) tenants.push(await deletedTenant(`crowd-${index}`, 12, 40));
    const emptied = await Promise.all([emptyDeletedTenants(parts.tenants, 5), emptyDeletedTenants(parts.tenants, 5), emptyDeletedTenants(parts.tenants, 5)]);
    expect(emptied.reduce((sum, count) => sum + count, 0)).toBe(6);
    for (const tenant of tenants) expect(await leftOf(tenant)).toMatchObject({ memberships: 0, emptied: true });
    expect(await leftOf(keeper)).toMatchObject({ memberships: 4, listed: 4, slug: 'stays', emptied: false });
  });
});
