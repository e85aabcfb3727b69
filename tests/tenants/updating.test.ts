import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant } from '../harness/world.ts';
import { auditOf, enter, eventsOf, tenantActs, topLevelCode } from './tenantActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let acts: ReturnType<typeof tenantActs>;
let admin: string;
let homeId: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  homeId = (await aTenant('home').withAdmin('boss').withMember('mod', 'MODERATOR').withMember('platform_boss').in(database)).id;
  await aTenant('away').withAdmin('neighbour').in(database);
  await database.owner`update users.people set platform_administrator = true where username = 'platform_boss'`;
  graph = await startGraph(database.url, { clock });
  acts = tenantActs(graph);
  admin = await enter(graph, 'boss');
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const versionNow = async (): Promise<number> => (await graph.ask('{ currentTenant { version } }', {}, { token: admin })).data.currentTenant.version;

describe('changing a tenant', () => {
  it('changes what is given, counts the change, tells of it and writes it down', async () => {
    const { tenant, errors } = await acts.update({ version: 1, name: 'Home at last' }, admin);
    expect({ errors, tenant }).toMatchObject({ errors: [], tenant: { name: 'Home at last', slug: 'home', version: 2 } });
    expect(await eventsOf(database, homeId)).toMatchObject([{ name: 'tenant.updated', payload: { fields: ['name'] } }]);
    expect(await auditOf(database, homeId)).toMatchObject([{ action: 'tenant.update', before: { version: 1 }, after: { fields: ['name'], version: 2 } }]);
  });

  it('to another slug makes links with the old one lead nowhere', async () => {
    expect((await acts.update({ version: await versionNow(), slug: 'Harbour' }, admin)).tenant.slug).toBe('harbour');
    const { data } = await graph.ask('{ old: tenant(slug: "home") { id } new: tenant(slug: "harbour") { id } }', {}, { token: admin });
    expect(data).toEqual({ old: null, new: { id: homeId } });
  });

  it.each([
    ['an empty name', { name: '' }, 'NAME_INVALID', 'name'],
    ['a slug kept for the platform', { slug: 'kith' }, 'SLUG_INVALID', 'slug'],
    ['a slug that is taken', { slug: 'away' }, 'SLUG_TAKEN', 'slug'],
  ])('to %s is refused', async (_, change, code, field) => {
    const { tenant, errors } = await acts.update({ version: await versionNow(), ...change }, admin);
    expect({ tenant, errors }).toEqual({ tenant: null, errors: [{ code, message: expect.any(String), path: ['input', field] }] });
  });

  it('that somebody else has changed meanwhile is refused with its present state beside', async () => {
    const version = await versionNow();
    const { tenant, errors } = await acts.update({ version: version - 1, name: 'Stale' }, admin);
    expect(errors).toMatchObject([{ code: 'VERSION_CONFLICT', path: ['input', 'version'] }]);
    expect(tenant).toMatchObject({ id: homeId, version, name: 'Home at last' });
  });

  it('of 20 at once with one version succeeds once', async () => {
    const version = await versionNow();
    const changed = await Promise.all(Array.from({ length: 20 }, (_, index) => acts.update({ version, name: `Name ${index}` }, admin)));
    expect(changed.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await versionNow()).toBe(version + 1);
  });

  it.each([
    ['a moderator', 'mod', 'FORBIDDEN'],
    ['an administrator of the platform who is a member', 'platform_boss', 'FORBIDDEN'],
    ['somebody who is not signed in', null, 'UNAUTHENTICATED'],
  ])('is refused to %s', async (_, who, code) => {
    const token = who === null ? undefined : await enter(graph, who);
    expect(await topLevelCode(acts.update({ version: await versionNow(), name: 'Mine' }, token))).toBe(code);
  });
});

it('the database lets nobody write into another tenant, whatever is forgotten in the code', async () => {
  const [away] = await database.owner<{ id: string }[]>`select id from tenants.tenants where slug = 'away'`;
  const write = (tenantId: string) =>
    database.owner.begin(async (tx) => {
      await tx`select set_config('kith.tenant_id', ${homeId}, true)`;
      await tx`set local role kith_tenants`;
      return tx`update tenants.tenants set name = 'Taken over' where id = ${tenantId} returning id`;
    });
  expect(await write(away?.id ?? '')).toHaveLength(0);
  expect(await write(homeId)).toHaveLength(1);
  await expect(database.owner.begin((tx) => [tx`select set_config('kith.tenant_id', ${homeId}, true)`, tx`set local role kith_tenants`, tx`update tenants.tenants set status = 'SUSPENDED'`])).rejects.toThrow('permission denied');
});
