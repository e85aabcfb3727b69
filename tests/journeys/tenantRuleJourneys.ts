import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { setTenantSettings } from '../harness/tenantSettings.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { claimsOf } from '../sessions/sessionActs.ts';
import type { Place } from './journeys.ts';

const switching = 'mutation ($tenant: String!) { sessionTenantSwitch(input: { tenant: $tenant }) { accessToken session { isCurrent } errors { code } } }';
const here = { allowedIpRanges: ['127.0.0.0/8', '::1'] };
const elsewhere = { allowedIpRanges: ['10.0.0.0/8'] };

/** Who belongs to two tenants, of which one says from where it may be reached. */
export function tenantRuleJourneys(place: () => Place): void {
  let [harbour, island]: TestTenant[] = [];
  const tenants = (): { harbour: TestTenant; island: TestTenant } => {
    if (harbour === undefined || island === undefined) throw new Error('nothing was made');
    return { harbour, island };
  };

  beforeAll(async () => {
    harbour = await aTenant('rules-harbour').withMember('ferrywoman').in(place().database);
    const { ferrywoman } = harbour.people;
    if (ferrywoman === undefined) throw new Error('nobody was made');
    island = await aTenant('rules-island').withPerson(ferrywoman, 'ADMIN').in(place().database);
  });

  const signIn = (tenant: TestTenant) => place().graph.signIn('ferrywoman', { password: testPassword, tenant: tenant.slug });
  const tenantSeen = async (token: string): Promise<string> => {
    const { data, errors } = await place().graph.ask('{ currentTenant { slug } }', {}, { token });
    return errors[0]?.extensions.code ?? data.currentTenant.slug;
  };

  test('one goes on in another tenant with the same session, in the role one has there, and back', async () => {
    const token = await signIn(tenants().harbour);
    const { data } = await place().graph.ask(switching, { tenant: 'rules-island' }, { token });
    const { accessToken, session, errors } = data.sessionTenantSwitch;
    expect({ session, errors }).toEqual({ session: { isCurrent: true }, errors: [] });
    expect(claimsOf(accessToken)).toMatchObject({ tid: tenants().island.id, role: 'ADMIN', sid: claimsOf(token).sid });
    expect(await tenantSeen(accessToken)).toBe('rules-island');
    const back = await place().graph.ask(switching, { tenant: 'rules-harbour' }, { token: accessToken });
    expect(await tenantSeen(back.data.sessionTenantSwitch.accessToken)).toBe('rules-harbour');
  });

  test('the rest of the operation is answered in the new tenant', async () => {
    const token = await signIn(tenants().harbour);
    const sessions = 'session { id }';
    const both = `mutation { first: sessionTenantSwitch(input: { tenant: "rules-island" }) { accessToken ${sessions} } second: sessionTenantSwitch(input: { tenant: "rules-island" }) { accessToken ${sessions} } }`;
    const { data } = await place().graph.ask(both, {}, { token });
    expect(data.first.session).toEqual(data.second.session);
    expect(claimsOf(data.second.accessToken).tid).toBe(tenants().island.id);
  });

  test('a tenant one does not belong to, and one that is not there, are refused alike; nobody in particular is asked to sign in', async () => {
    const token = await signIn(tenants().harbour);
    const refusals = [];
    for (const tenant of ['sparkle', 'nowhere']) refusals.push((await place().graph.ask(switching, { tenant }, { token })).data);
    const refused = { sessionTenantSwitch: { accessToken: null, session: null, errors: [{ code: 'TENANT_UNKNOWN' }] } };
    expect(refusals).toEqual([refused, refused]);
    const { errors } = await place().graph.ask(switching, { tenant: 'sparkle' });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('a tenant that is left to certain addresses is closed from all others at once, and opened again, while the other goes on', async () => {
    const [token, other] = [await signIn(tenants().island), await signIn(tenants().harbour)];
    expect(await tenantSeen(token)).toBe('rules-island');
    await setTenantSettings(place().database, tenants().island.id, elsewhere);
    await eventually(() => tenantSeen(token), (seen) => seen === 'FORBIDDEN', 1_000);
    expect(await tenantSeen(other)).toBe('rules-harbour');
    const codes = await Promise.all([
      place().graph.ask(switching, { tenant: 'rules-island' }, { token: other }).then(({ data }) => data.sessionTenantSwitch.errors[0]?.code),
      signIn(tenants().island).then(() => 'signed in', (error: Error) => (error.message.includes('ADDRESS_NOT_ALLOWED') ? 'ADDRESS_NOT_ALLOWED' : error.message)),
    ]);
    expect(codes).toEqual(['ADDRESS_NOT_ALLOWED', 'ADDRESS_NOT_ALLOWED']);
    await setTenantSettings(place().database, tenants().island.id, here);
    await eventually(() => tenantSeen(token), (seen) => seen === 'rules-island', 1_000);
  });
}
