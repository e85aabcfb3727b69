import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import { auditOf, enter, eventsOf, person, tenantActs, topLevelCode } from './tenantActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let acts: ReturnType<typeof tenantActs>;
let founder: string;
let platform: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('founder').withMember('platform_boss').withMember('unproven').withMember('outlaw').in(database);
  await database.owner`update users.people set platform_administrator = true where username = 'platform_boss'`;
  graph = await startGraph(database.url, { clock });
  acts = tenantActs(graph);
  founder = await enter(graph, 'founder');
  platform = await enter(graph, 'platform_boss');
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const refusalsOf = async (payload: Promise<{ errors: { code: string; path: string[] }[] }>) => (await payload).errors.map(({ code, path }) => [code, path.at(-1)]);

describe('making a tenant', () => {
  it('makes whoever made it its administrator, a player and a member to be found, with events and an audit entry', async () => {
    const { tenant, errors } = await acts.create({ name: '  Ｎew Harbour ', slug: 'New-Harbour' }, founder);
    expect(errors).toEqual([]);
    expect(tenant).toEqual({
      id: expect.any(String), name: 'New Harbour', slug: 'new-harbour', status: 'ACTIVE', version: 1, createdAt: clock.now().toISOString(), branding: { logoUrl: null, accentColor: null }, statusReason: null,
    });
    const founderId = person(home, 'founder').id;
    expect(await auditOf(database, tenant.id)).toMatchObject([{ action: 'tenant.create', actor_id: founderId, target_type: 'tenant', target_id: tenant.id, after: { administratorId: founderId } }]);
    expect((await eventsOf(database, tenant.id)).toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
      { name: 'tenant.created', userId: founderId, payload: {} },
      { name: 'tenant.member_joined', userId: founderId, payload: { membershipId: expect.any(String), role: 'ADMIN', invitationId: null } },
    ]);
    const token = await enter(graph, 'founder', 'new-harbour');
    const { data } = await graph.ask('{ currentTenant { name members { nodes { role user { username } } } viewerCan { update leave suspend } } users { nodes { username } } }', {}, { token });
    expect(data).toEqual({
      currentTenant: { name: 'New Harbour', members: { nodes: [{ role: 'ADMIN', user: { username: 'founder' } }] }, viewerCan: { update: true, leave: true, suspend: false } },
      users: { nodes: [{ username: 'founder' }] },
    });
    await eventually(
      () => graph.ask('{ me { player { level } } currentTenant { circulation { sparklePoints } statistics { daily(days: 1) { joined } } } }', {}, { token }),
      (answer) => answer.data.me.player?.level === 1 && answer.data.currentTenant.circulation.sparklePoints === '0.0000' && answer.data.currentTenant.statistics.daily[0].joined === 1,
    );
  });

  it.each([
    ['no name', { name: ' ' }, 'NAME_INVALID'],
    ['a name of 101 characters', { name: 'n'.repeat(101) }, 'NAME_INVALID'],
    ['a name of 100', { name: 'n'.repeat(100) }, null],
    ['a slug of 2 characters', { slug: 'ab' }, 'SLUG_INVALID'],
    ['one of 3', { slug: 'abc' }, null],
    ['one of 50', { slug: `s${'-'.repeat(48)}s` }, null],
    ['one of 51', { slug: 's'.repeat(51) }, 'SLUG_INVALID'],
    ['a hyphen in front', { slug: '-abc' }, 'SLUG_INVALID'],
    ['a letter with an accent', { slug: 'caf\u00e9s' }, 'SLUG_INVALID'],
    ['what looks like a letter', { slug: 'h\u043eme-sweet' }, 'SLUG_INVALID'],
    ['a slug kept for the platform', { slug: 'admin' }, 'SLUG_INVALID'],
    ['one in capitals', { slug: 'GraphQL' }, 'SLUG_INVALID'],
    ['that of an emptied tenant', { slug: 'deleted-01990000-0000-7000-8000-000000000001' }, 'SLUG_INVALID'],
    ['a slug that is taken', { slug: 'HOME' }, 'SLUG_TAKEN'],
  ])('with %s answers %s', async (what, input, code) => {
    const field = Object.keys(input)[0];
    expect(await refusalsOf(acts.create({ name: 'A name', slug: `made-${what.replaceAll(/\W/g, '-')}`.slice(0, 40), ...input }, founder))).toEqual(code === null ? [] : [[code, field]]);
  });

  it('leaves nothing behind when it is refused', async () => {
    const countAll = () => database.owner`select (select count(*) from tenants.tenants) as tenants, (select count(*) from tenants.memberships) as memberships, (select count(*) from kith.events) as events, (select count(*) from tenants.audit_entries) as entries`;
    const before = await countAll();
    await acts.create({ name: 'Home again', slug: 'home' }, founder);
    await acts.create({ name: 'For nobody', slug: 'for-nobody', administratorId: '01990000-0000-7000-8000-00000000ffff' }, platform);
    expect(await countAll()).toEqual(before);
  });

  it('of 20 at once with one slug succeeds once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => acts.create({ name: `Racer ${index}`, slug: 'raced' }, founder)));
    expect(made.filter(({ tenant }) => tenant !== null)).toHaveLength(1);
    expect(made.flatMap(({ errors }) => errors.map(({ code }: { code: string }) => code))).toEqual(Array.from({ length: 19 }, () => 'SLUG_TAKEN'));
  });

  it('of 20 at once by one person with 20 slugs succeeds 20 times', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => acts.create({ name: `Fleet ${index}`, slug: `fleet-${index}` }, founder)));
    expect(made.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

describe('who may make one', () => {
  it('is nobody who is not signed in', async () => {
    expect(await topLevelCode(acts.create({ name: 'Nobody', slug: 'nobodys' }))).toBe('UNAUTHENTICATED');
  });

  it('is nobody who has yet to prove their address', async () => {
    await database.owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update users.people set status = 'PENDING_VERIFICATION', email_verified_at = null where username = 'unproven'`;
    });
    const token = await enter(graph, 'unproven');
    expect(await topLevelCode(acts.create({ name: 'Early', slug: 'too-early' }, token))).toBe('FORBIDDEN');
    expect(await database.owner`select from tenants.tenants where slug = 'too-early'`).toHaveLength(0);
  });

  it('is anybody for themselves, and administrators of the platform for others, who need not know of it', async () => {
    const boss = person(home, 'boss').id;
    expect(await topLevelCode(acts.create({ name: 'For boss', slug: 'for-boss', administratorId: boss }, founder))).toBe('FORBIDDEN');
    const { tenant, errors } = await acts.create({ name: 'For boss', slug: 'for-boss', administratorId: boss }, platform);
    expect({ errors, slug: tenant.slug }).toEqual({ errors: [], slug: 'for-boss' });
    expect(await database.owner`select p.username, m.role from tenants.memberships m join users.people p on p.id = m.user_id where m.tenant_id = ${tenant.id}`).toEqual([{ username: 'boss', role: 'ADMIN' }]);
  });

  it('is refused for a person who does not exist, is banned, or is no id at all', async () => {
    await database.owner`update users.people set status = 'BANNED' where username = 'outlaw'`;
    for (const administratorId of ['01990000-0000-7000-8000-00000000ffff', person(home, 'outlaw').id, 'nonsense']) {
      expect(await refusalsOf(acts.create({ name: 'For somebody', slug: 'for-somebody', administratorId }, platform))).toEqual([['USER_UNKNOWN', 'administratorId']]);
    }
  });

  it('is administrators of the platform alone where the platform keeps it to itself', async () => {
    const strict = await startGraph(database.url, { clock, environment: { TENANTS_CREATED_BY: 'platform' } });
    expect(await topLevelCode(tenantActs(strict).create({ name: 'Not now', slug: 'not-now' }, founder))).toBe('FORBIDDEN');
    expect((await tenantActs(strict).create({ name: 'Ours', slug: 'ours' }, platform)).errors).toEqual([]);
    await strict.stop();
  });
});
