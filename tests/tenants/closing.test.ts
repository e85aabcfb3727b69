import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { whoIs } from '../sessions/sessionActs.ts';
import { auditOf, enter, eventsOf, person, tenantActs, topLevelCode } from './tenantActs.ts';

const clock = testClock();
const dayMs = 86_400_000;
let database: TestDatabase;
let graph: TestGraph;
let acts: ReturnType<typeof tenantActs>;
let platform: string;
let elsewhere: TestTenant;

beforeAll(async () => {
  database = await testDatabase('migrated');
  elsewhere = await aTenant('elsewhere').withAdmin('platform_boss').withMember('other_platform_boss').withAdmin('stranger').in(database);
  await database.owner`update users.people set platform_administrator = true where username in ('platform_boss', 'other_platform_boss')`;
  graph = await startGraph(database.url, { clock });
  acts = tenantActs(graph);
  platform = await enter(graph, 'platform_boss');
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

let made = 0;
/** A tenant nobody has done anything to yet, its administrator and a member, and their tokens. */
async function aFreshTenant() {
  made += 1;
  const tenant = await aTenant(`fresh-${made}`).withAdmin(`keeper_${made}`).withMember(`member_${made}`).in(database);
  return { tenant, admin: await enter(graph, `keeper_${made}`), member: await enter(graph, `member_${made}`) };
}
const codes = (payload: { errors: { code: string }[] }) => payload.errors.map(({ code }) => code);
const refused = (token: string) => eventually(() => whoIs(graph, token), (who) => who === 'UNAUTHENTICATED', 1_000);
const signIn = async (login: string, tenant: string) =>
  (await graph.ask('mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken errors { code } } }', { input: { login, password: testPassword, tenant } })).data.sessionSignIn;

describe('suspending a tenant', () => {
  it('ends at once what everybody does in it, and lets nobody in until it is reinstated', async () => {
    const { tenant, admin, member } = await aFreshTenant();
    const { tenant: suspended, errors } = await acts.suspend({ id: tenant.id, reason: '  Unpaid. ' }, platform);
    expect({ errors, suspended }).toMatchObject({ errors: [], suspended: { id: tenant.id, status: 'SUSPENDED', statusReason: 'Unpaid.' } });
    await Promise.all([refused(admin), refused(member)]);
    expect(codes(await signIn('member_1', tenant.slug))).toEqual(['TENANT_UNKNOWN']);
    clock.advanceSeconds(1);
    expect((await acts.reinstate({ id: tenant.id }, platform)).tenant).toMatchObject({ status: 'ACTIVE', statusReason: null });
    expect(codes(await signIn('member_1', tenant.slug))).toEqual([]);
    expect((await auditOf(database, tenant.id)).map(({ action, before, after }) => [action, before, after])).toEqual([
      ['tenant.suspend', { status: 'ACTIVE' }, { status: 'SUSPENDED' }],
      ['tenant.reinstate', { status: 'SUSPENDED' }, { status: 'ACTIVE' }],
    ]);
    expect((await eventsOf(database, tenant.id)).map(({ name, payload }) => [name, payload])).toEqual([
      ['tenant.status_changed', { from: 'ACTIVE', to: 'SUSPENDED', actorId: person(elsewhere, 'platform_boss').id }],
      ['tenant.status_changed', { from: 'SUSPENDED', to: 'ACTIVE', actorId: person(elsewhere, 'platform_boss').id }],
    ]);
  });

  it('leaves those alone who act elsewhere', async () => {
    const { tenant } = await aFreshTenant();
    const stranger = await enter(graph, 'stranger');
    const { member } = await aFreshTenant();
    await acts.suspend({ id: tenant.id, reason: 'Unpaid.' }, platform);
    expect([await whoIs(graph, stranger), await whoIs(graph, member)]).toEqual(['stranger', `member_${made}`]);
  });

  it.each([
    ['no reason', { reason: ' ' }, 'REASON_REQUIRED'],
    ['a reason of 501 characters', { reason: 'r'.repeat(501) }, 'REASON_REQUIRED'],
    ['an id nobody has', { id: '01990000-0000-7000-8000-00000000ffff' }, 'TENANT_UNKNOWN'],
    ['no id at all', { id: 'nonsense' }, 'TENANT_UNKNOWN'],
  ])('with %s answers %s', async (_, input, code) => {
    const { tenant } = await aFreshTenant();
    expect(codes(await acts.suspend({ id: tenant.id, reason: 'Why not.', ...input }, platform))).toEqual([code]);
  });

  it('twice, or reinstating what is open, is refused', async () => {
    const { tenant } = await aFreshTenant();
    expect(codes(await acts.reinstate({ id: tenant.id }, platform))).toEqual(['STATUS_UNCHANGEABLE']);
    expect(codes(await acts.suspend({ id: tenant.id, reason: 'Once.' }, platform))).toEqual([]);
    expect(codes(await acts.suspend({ id: tenant.id, reason: 'Twice.' }, platform))).toEqual(['STATUS_UNCHANGEABLE']);
    expect(codes(await acts.restore({ id: tenant.id }, platform))).toEqual(['STATUS_UNCHANGEABLE']);
  });

  it('is for administrators of the platform, who are so at this very moment', async () => {
    const { tenant, admin } = await aFreshTenant();
    for (const act of [() => acts.suspend({ id: tenant.id, reason: 'Mine.' }, admin), () => acts.reinstate({ id: tenant.id }, admin), () => acts.restore({ id: tenant.id }, admin)]) expect(await topLevelCode(act())).toBe('FORBIDDEN');
    const other = await enter(graph, 'other_platform_boss');
    await database.owner`update users.people set platform_administrator = false where username = 'other_platform_boss'`;
    expect(await topLevelCode(acts.suspend({ id: tenant.id, reason: 'No longer mine.' }, other))).toBe('FORBIDDEN');
    await database.owner`update users.people set platform_administrator = true where username = 'other_platform_boss'`;
    expect(codes(await acts.suspend({ id: tenant.id, reason: 'Mine again.' }, other))).toEqual([]);
  });
});

describe('deleting a tenant', () => {
  it('by its administrator, confirmed by its slug, ends at once what everybody does in it', async () => {
    const { tenant, admin, member } = await aFreshTenant();
    const { restorableUntil, errors } = await acts.remove({ confirmSlug: ` ${tenant.slug.toUpperCase()} ` }, admin);
    expect({ errors, restorableUntil }).toEqual({ errors: [], restorableUntil: new Date(clock.now().getTime() + 30 * dayMs).toISOString() });
    await Promise.all([refused(admin), refused(member)]);
    expect(codes(await signIn(`member_${made}`, tenant.slug))).toEqual(['TENANT_UNKNOWN']);
    const { data } = await graph.ask(`{ tenant(id: "${tenant.id}") { status viewerCan { suspend delete leave } members { totalCount } } }`, {}, { token: platform });
    expect(data.tenant).toEqual({ status: 'DELETED', viewerCan: { suspend: true, delete: true, leave: false }, members: { totalCount: 0 } });
  });

  it('with another slug typed changes nothing', async () => {
    const { tenant, admin } = await aFreshTenant();
    expect(codes(await acts.remove({ confirmSlug: 'elsewhere' }, admin))).toEqual(['CONFIRMATION_MISMATCH']);
    expect(await whoIs(graph, admin)).toBe(`keeper_${made}`);
    expect(await auditOf(database, tenant.id)).toEqual([]);
  });

  it('is refused to members, and of another tenant to everybody but administrators of the platform, whether or not it exists', async () => {
    const { tenant, member } = await aFreshTenant();
    const stranger = await enter(graph, 'stranger');
    expect(await topLevelCode(acts.remove({ confirmSlug: tenant.slug }, member))).toBe('FORBIDDEN');
    for (const id of [tenant.id, '01990000-0000-7000-8000-00000000ffff']) expect(await topLevelCode(acts.remove({ id, confirmSlug: tenant.slug }, stranger))).toBe('FORBIDDEN');
    expect(codes(await acts.remove({ id: '01990000-0000-7000-8000-00000000ffff', confirmSlug: tenant.slug }, platform))).toEqual(['TENANT_UNKNOWN']);
    expect(codes(await acts.remove({ id: tenant.id, confirmSlug: tenant.slug }, platform))).toEqual([]);
  });

  it('keeps its slug taken, and its people see that it is deleted', async () => {
    const { tenant } = await aFreshTenant();
    const two = await aTenant(`second-${made}`).withPerson(person(tenant, `member_${made}`)).in(database);
    await acts.remove({ id: tenant.id, confirmSlug: tenant.slug }, platform);
    expect(codes(await acts.create({ name: 'Again', slug: tenant.slug }, platform))).toEqual(['SLUG_TAKEN']);
    const { data } = await graph.ask('{ tenants { nodes { slug status } } }', {}, { token: await enter(graph, `member_${made}`, two.slug) });
    expect(data.tenants.nodes).toEqual([{ slug: tenant.slug, status: 'DELETED' }, { slug: two.slug, status: 'ACTIVE' }]);
  });

  it('can be taken back for 30 days, and not a millisecond longer', async () => {
    const [{ tenant: kept }, { tenant: lost }] = [await aFreshTenant(), await aFreshTenant()];
    const began = clock.now();
    for (const tenant of [kept, lost]) await acts.remove({ id: tenant.id, confirmSlug: tenant.slug }, platform);
    clock.set(new Date(began.getTime() + 30 * dayMs - 1));
    const late = await enter(graph, 'platform_boss');
    expect((await acts.restore({ id: kept.id }, late)).tenant).toMatchObject({ status: 'ACTIVE', slug: kept.slug });
    clock.set(new Date(began.getTime() + 30 * dayMs));
    expect(codes(await acts.restore({ id: lost.id }, late))).toEqual(['STATUS_UNCHANGEABLE']);
    expect(codes(await signIn(`member_${made - 1}`, kept.slug))).toEqual([]);
    clock.set(began);
  });
});

it('suspending and deleting at once come to one of the ways there are', async () => {
  const { tenant } = await aFreshTenant();
  const answers = await Promise.all([
    ...Array.from({ length: 5 }, () => acts.suspend({ id: tenant.id, reason: 'Race.' }, platform)),
    ...Array.from({ length: 5 }, () => acts.remove({ id: tenant.id, confirmSlug: tenant.slug }, platform)),
  ]);
  const [suspended, removed] = [answers.slice(0, 5), answers.slice(5)].map((some) => some.filter(({ errors }) => errors.length === 0).length);
  expect(removed).toBe(1);
  expect(suspended).toBeLessThanOrEqual(1);
  const [row] = await database.owner`select status, deleted_at is not null as deleted from tenants.tenants where id = ${tenant.id}`;
  expect(row).toEqual({ status: 'SUSPENDED', deleted: true });
});

describe('in the database', () => {
  const asRole = (role: string, scope: { userId: string; tenantId: string }, statement: string) =>
    database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${scope.userId}, true), set_config('kith.tenant_id', ${scope.tenantId}, true)`;
      await tx.unsafe(`set local role ${role}`);
      return tx.unsafe(statement);
    });

  it('the port asks once more who may, whatever was forgotten in the code', async () => {
    const { tenant } = await aFreshTenant();
    const act = (userId: string, what: string) => asRole('kith_tenants', { userId, tenantId: tenant.id }, `select * from tenants.change_status('${tenant.id}', '${what}', 'x', now() - interval '30 days', now())`);
    const [admin, member, stranger] = [person(tenant, `keeper_${made}`).id, person(tenant, `member_${made}`).id, person(elsewhere, 'stranger').id];
    for (const [who, what] of [[admin, 'suspend'], [member, 'delete'], [stranger, 'delete'], [stranger, 'suspend']] as const) await expect(act(who, what)).rejects.toThrow('nobody may do this');
    expect(await act(admin, 'delete')).toMatchObject([{ was: 'ACTIVE', became: 'DELETED' }]);
    await expect(act(admin, 'restore')).rejects.toThrow('nobody may do this');
  });

  it('the view of all tenants shows them to administrators of the platform, nothing to anybody else, and lets no condition of the asker run on a row before', async () => {
    await database.owner.unsafe(`create function public.leak(text) returns boolean language plpgsql cost 0.0001 as $$ begin raise exception 'leaked %', $1; end $$; grant execute on function public.leak(text) to kith_reader`);
    const look = (username: string, tail = '') => asRole('kith_reader', { userId: person(elsewhere, username).id, tenantId: elsewhere.id }, `select id from tenants.every_tenant ${tail}`);
    expect((await look('platform_boss')).length).toBeGreaterThan(3);
    expect(await look('stranger')).toHaveLength(0);
    expect(await look('stranger', 'where public.leak(name)')).toHaveLength(0);
    expect(await look('stranger', 'where public.leak(name) order by created_at desc, id desc limit 2')).toHaveLength(0);
    // That the function would tell is seen where something is shown.
    await expect(look('platform_boss', 'where public.leak(name)')).rejects.toThrow('leaked');
    await database.owner`update users.people set status = 'SUSPENDED', suspended_until = now() + interval '1 day' where username = 'other_platform_boss'`;
    expect(await look('other_platform_boss')).toHaveLength(0);
  });
});
