import { expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { mutate } from '../harness/registration.ts';
import type { Place } from './journeys.ts';

/** A tenant from its beginning to its end. */
export function tenantJourneys(place: () => Place): void {
  test('whoever makes a tenant runs it, gives it rules, and deletes it; an administrator of the platform brings it back', async () => {
    const { graph } = place();
    const asEdsger = { token: await graph.signIn('edsger@kith.test') };
    const made = await mutate(graph, 'tenantCreate', { name: 'Guarded Commands', slug: 'guarded' }, 'tenant { id slug viewerCan { leave } } errors { code }', asEdsger);
    expect(made).toMatchObject({ tenant: { slug: 'guarded', viewerCan: { leave: true } }, errors: [] });

    const founder = { token: await graph.signIn('edsger@kith.test', { tenant: 'guarded' }) };
    const ruled = await mutate(graph, 'tenantSettingsUpdate', { version: 1, signUp: 'CLOSED', passwordLengthMin: 20 }, 'settings { version signUp passwordLengthMin } errors { code }', founder);
    expect(ruled).toEqual({ settings: { version: 2, signUp: 'CLOSED', passwordLengthMin: 20 }, errors: [] });
    expect((await mutate(graph, 'tenantUpdate', { version: 1, name: 'Guarded' }, 'tenant { name version } errors { code }', founder)).tenant).toEqual({ name: 'Guarded', version: 2 });
    await eventually(
      () => graph.ask('{ me { player { level } } currentTenant { statistics { memberCount daily(days: 1) { signIns joined } } circulation { sparklePoints } } }', {}, founder),
      ({ data }) => data.me.player !== null && data.currentTenant.statistics.daily[0].joined === 1 && data.currentTenant.statistics.daily[0].signIns === 1,
      20_000,
    );

    expect((await mutate(graph, 'tenantDelete', { confirmSlug: 'guarded' }, 'errors { code }', founder)).errors).toEqual([]);
    await eventually(() => graph.ask('{ me { id } }', {}, founder), ({ status }) => status === 401, 5_000);

    const platform = { token: await graph.signIn('margaret@kith.test') };
    const { data } = await graph.ask('{ allTenants(search: "guard", status: DELETED) { nodes { name status members { totalCount } } totalCount } }', {}, platform);
    expect(data.allTenants).toEqual({ nodes: [{ name: 'Guarded', status: 'DELETED', members: { totalCount: 0 } }], totalCount: 1 });
    expect((await mutate(graph, 'tenantRestore', { id: made.tenant.id }, 'tenant { status } errors { code }', platform)).tenant).toEqual({ status: 'ACTIVE' });
    await graph.signIn('edsger@kith.test', { tenant: 'guarded' });
  });

  test('the demo data is counted', async () => {
    const { graph, database } = place();
    const { data } = await graph.ask('{ currentTenant { id statistics { memberCount membersByRole { role count } daily(days: 60) { joined signIns } } } }', {}, { token: await graph.signIn('ada@kith.test') });
    const [real] = await database.owner<{ members: number; admins: number }[]>`
      select count(*)::int as members, (count(*) filter (where role = 'ADMIN'))::int as admins from tenants.memberships where tenant_id = ${data.currentTenant.id}`;
    const { memberCount, membersByRole, daily } = data.currentTenant.statistics;
    expect([memberCount, membersByRole.find(({ role }: { role: string }) => role === 'ADMIN').count]).toEqual([real?.members, real?.admins]);
    for (const what of ['joined', 'signIns']) expect(daily.reduce((sum: number, day: Record<string, number>) => sum + (day[what] ?? 0), 0)).toBeGreaterThan(20);
  });
}
