import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AskOptions, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { latestMail } from '../harness/mailbox.ts';
import { mutate, register } from '../harness/registration.ts';
import { setTenantSettings } from '../harness/tenantSettings.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { aTwoFactorPerson, appCode, firstStep, historyOf, machine, secondStep, testConditions, trySignIn } from './securityActs.ts';
import { claimsOf, open, refresh } from './sessionActs.ts';

const ranges = { allowedIpRanges: ['203.0.113.0/24'] };
const inside = machine('203.0.113.9');
const outside = machine('198.51.100.9');
const minute = 60;
const day = 86_400;

let database: TestDatabase;
let clock: TestClock;
let graph: TestGraph;
let made = 0;

/** A person of three tenants, joined in this order, of which the first and the last have ranges. */
interface Traveller extends TestPerson {
  readonly castle: TestTenant;
  readonly meadow: TestTenant;
  readonly tower: TestTenant;
}

async function aTraveller(): Promise<Traveller> {
  made += 1;
  const castle = await aTenant(`castle-${made}`).withMember(`traveller_${made}`).in(database);
  const person = castle.people[`traveller_${made}`];
  if (person === undefined) throw new Error('nobody was made');
  const [meadow, tower] = [await aTenant(`meadow-${made}`).withPerson(person).in(database), await aTenant(`tower-${made}`).withPerson(person, 'ADMIN').in(database)];
  for (const { id } of [castle, tower]) await setTenantSettings(database, id, ranges);
  return { ...person, castle, meadow, tower };
}

let traveller: Traveller;

beforeAll(async () => {
  database = await testDatabase('migrated');
  clock = testClock();
  graph = await startGraph(database.url, { clock, environment: testConditions });
});
beforeEach(async () => {
  traveller = await aTraveller();
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const openIn = (tenant: TestTenant | undefined, from: AskOptions = inside, more: object = {}) =>
  open(graph, { login: traveller.username, password: testPassword, tenant: tenant?.slug, ...more }, from);
const isUsed = async (refreshToken: string | null): Promise<boolean> => {
  const [row] = await database.owner`select used_at from sessions.refresh_tokens where token_hash = ${createHash('sha256').update(refreshToken ?? '').digest()}`;
  return row?.['used_at'] !== null;
};
const minutesUntil = (moment: string): number => (new Date(moment).getTime() - clock.now().getTime()) / 60_000;

describe('signing in to a tenant', () => {
  it('from an address it does not allow is refused, and written down; from one it does it is not', async () => {
    expect(await trySignIn(graph, traveller.username, testPassword, outside, { tenant: traveller.castle.slug })).toMatchObject({ accessToken: null, code: 'ADDRESS_NOT_ALLOWED' });
    clock.advanceSeconds(1);
    expect(claimsOf((await openIn(traveller.castle)).accessToken).tid).toBe(traveller.castle.id);
    expect(await historyOf(database, traveller.id)).toEqual(['ADDRESS_NOT_ALLOWED', 'OK']);
    const { accessToken } = await openIn(traveller.meadow);
    const { data } = await graph.ask('{ me { security { loginHistory(last: 1) { nodes { succeeded failure } } } } }', {}, { token: accessToken });
    expect(data.me.security.loginHistory.nodes).toEqual([{ succeeded: false, failure: 'ADDRESS_NOT_ALLOWED' }]);
  });

  it('says nothing of addresses to whoever does not know the password, nor of tenants to strangers', async () => {
    const codes = [
      await trySignIn(graph, traveller.username, 'not the password', outside, { tenant: traveller.castle.slug }),
      await trySignIn(graph, 'nobody_at_all', testPassword, outside, { tenant: traveller.castle.slug }),
      await trySignIn(graph, (await aTraveller()).username, testPassword, outside, { tenant: traveller.castle.slug }),
    ].map(({ code }) => code);
    expect(codes).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'TENANT_UNKNOWN']);
  });

  it('counts for no lockout when the address is all that is wrong', async () => {
    for (let time = 0; time < 6; time += 1) expect((await trySignIn(graph, traveller.username, testPassword, outside, { tenant: traveller.castle.slug })).code).toBe('ADDRESS_NOT_ALLOWED');
    expect((await openIn(traveller.castle)).accessToken).toBeTruthy();
  });

  it('without naming one leads to the one joined first that allows the address, and to none when none does', async () => {
    const tenantFrom = async (from: AskOptions) => claimsOf((await openIn(undefined, from)).accessToken).tid;
    expect([await tenantFrom(inside), await tenantFrom(outside)]).toEqual([traveller.castle.id, traveller.meadow.id]);
    await setTenantSettings(database, traveller.meadow.id, ranges);
    expect(await tenantFrom(outside)).toBeNull();
  });

  it('is refused at its second step as well, and uses nothing up', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const [tenant] = await database.owner`select tenant_id from tenants.memberships where user_id = ${person.id}`;
    await setTenantSettings(database, tenant?.['tenant_id'], ranges);
    const token = await firstStep(graph, person, inside);
    const code = appCode(person.secret, clock);
    expect((await secondStep(graph, token, code, outside)).code).toBe('ADDRESS_NOT_ALLOWED');
    expect(await historyOf(database, person.id)).toEqual(['OK', 'ADDRESS_NOT_ALLOWED']);
    expect((await secondStep(graph, token, code, inside)).accessToken).toBeTruthy();
  });
});

describe('refreshing a session of a tenant', () => {
  it('from an address it does not allow is refused without using the token up', async () => {
    const { refreshToken } = await openIn(traveller.castle);
    clock.advanceSeconds(minute);
    expect((await refresh(graph, refreshToken, outside)).code).toBe('ADDRESS_NOT_ALLOWED');
    expect(await isUsed(refreshToken)).toBe(false);
    const next = await refresh(graph, refreshToken, inside);
    expect(next.code).toBeNull();
    // Nor is it answered with the successor while the answer could have been lost.
    expect((await refresh(graph, refreshToken, outside)).code).toBe('ADDRESS_NOT_ALLOWED');
    expect((await refresh(graph, next.refreshToken, inside)).code).toBeNull();
  });

  it('leaves a browser its cookie when it is refused for the address', async () => {
    const { answer } = await openIn(traveller.castle, inside, { refreshTokenIn: 'COOKIE' });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const refused = await refresh(graph, null, { headers: { ...outside.headers, cookie } });
    expect([refused.code, refused.answer.headers.get('set-cookie')]).toEqual(['ADDRESS_NOT_ALLOWED', null]);
    expect((await refresh(graph, null, { headers: { ...inside.headers, cookie } })).code).toBeNull();
  });
});

describe('how long a session of a tenant lasts', () => {
  it.each([
    { sessionMinutesMax: 15, rememberMe: false, minutes: 15 },
    { sessionMinutesMax: 129_600, rememberMe: true, minutes: 7 * 24 * 60 },
    { sessionMinutesMax: null, rememberMe: false, minutes: 7 * 24 * 60 },
  ])('is bounded by its $sessionMinutesMax minutes when it is opened', async ({ sessionMinutesMax, rememberMe, minutes }) => {
    await setTenantSettings(database, traveller.castle.id, { sessionMinutesMax });
    const { session, expiresAt, refreshTokenExpiresAt } = await openIn(traveller.castle, inside, { rememberMe });
    expect([minutesUntil(session.expiresAt), minutesUntil(refreshTokenExpiresAt), minutesUntil(expiresAt)]).toEqual([minutes, minutes, Math.min(minutes, 30)]);
    const [row] = await database.owner`select extract(epoch from absolute_expires_at - created_at)::int as life from sessions.sessions where id = ${session.id}`;
    expect(row?.['life']).toBe(Math.min((sessionMinutesMax ?? Infinity) * minute, (rememberMe ? 90 : 30) * day));
  });

  it.each([
    { seconds: 60 * minute - 1, code: null },
    { seconds: 60 * minute, code: 'REFRESH_TOKEN_INVALID' },
  ])('however much it is used: of 60 minutes, a refresh after $seconds s answers $code', async ({ seconds, code }) => {
    await setTenantSettings(database, traveller.castle.id, { sessionMinutesMax: 60 });
    const opened = await openIn(traveller.castle);
    clock.advanceSeconds(30 * minute);
    const next = await refresh(graph, opened.refreshToken, inside);
    expect(minutesUntil(next.session.expiresAt)).toBe(30);
    clock.advanceSeconds(seconds - 30 * minute);
    expect((await refresh(graph, next.refreshToken, inside)).code).toBe(code);
  });

  it.each([
    { minutes: 119, code: null },
    { minutes: 120, code: 'REFRESH_TOKEN_INVALID' },
  ])('is bounded by the rules of the moment it is refreshed: cut to 120 minutes after $minutes, a refresh answers $code', async ({ minutes, code }) => {
    const { refreshToken } = await openIn(traveller.castle);
    clock.advanceSeconds(minutes * minute);
    await setTenantSettings(database, traveller.castle.id, { sessionMinutesMax: 120 });
    const next = await refresh(graph, refreshToken, inside);
    expect(next.code).toBe(code);
    if (code === null) expect(minutesUntil(next.session.expiresAt)).toBe(1);
  });
});

describe('switching to another tenant', () => {
  const switchTo = async (tenant: string, token: string | undefined, from: AskOptions = inside) => {
    const { data, errors } = await graph.ask(
      'mutation ($input: SessionTenantSwitchInput!) { sessionTenantSwitch(input: $input) { accessToken expiresAt session { id expiresAt isCurrent } errors { code path } } }',
      { input: { tenant } },
      { ...from, token },
    );
    const payload = data?.sessionTenantSwitch;
    return { ...payload, code: payload?.errors[0]?.code ?? errors[0]?.extensions.code ?? null };
  };
  const switches = async (): Promise<unknown[]> => (await database.owner`select payload, tenant_id from kith.events where name = 'session.tenant_switched' and user_id = ${traveller.id}`).map((row) => ({ ...row }));

  it('brings a token for it with the same session, which goes on there; the refresh token stays', async () => {
    const opened = await openIn(traveller.meadow);
    const switched = await switchTo(` ${traveller.tower.slug.toUpperCase()} `, opened.accessToken);
    expect(switched).toMatchObject({ code: null, session: { id: opened.session.id, isCurrent: true } });
    expect(claimsOf(switched.accessToken)).toMatchObject({ sub: traveller.id, sid: opened.session.id, tid: traveller.tower.id, role: 'ADMIN' });
    const next = await refresh(graph, opened.refreshToken, inside);
    expect(claimsOf(next.accessToken)).toMatchObject({ tid: traveller.tower.id, role: 'ADMIN', sid: opened.session.id });
    expect(await switches()).toEqual([{ tenant_id: traveller.tower.id, payload: { sessionId: opened.session.id, from: traveller.meadow.id, to: traveller.tower.id } }]);
  });

  it('is refused alike for a tenant that is not there, one that is not theirs, and one that is suspended', async () => {
    const { accessToken } = await openIn(traveller.meadow);
    const stranger = await aTraveller();
    await database.owner`update tenants.tenants set status = 'SUSPENDED' where id = ${traveller.castle.id}`;
    for (const slug of ['nowhere', stranger.meadow.slug, traveller.castle.slug]) expect(await switchTo(slug, accessToken)).toMatchObject({ accessToken: null, session: null, errors: [{ code: 'TENANT_UNKNOWN', path: ['input', 'tenant'] }] });
    expect(await switches()).toEqual([]);
  });

  it('is refused from an address the other does not allow, and is a way out of one that does not', async () => {
    const { accessToken } = await openIn(traveller.castle);
    expect((await switchTo(traveller.tower.slug, accessToken, outside)).code).toBe('ADDRESS_NOT_ALLOWED');
    const switched = await switchTo(traveller.meadow.slug, accessToken, outside);
    const { data } = await graph.ask('{ currentTenant { slug } }', {}, { ...outside, token: switched.accessToken });
    expect(data.currentTenant.slug).toBe(traveller.meadow.slug);
  });

  it.each([
    { seconds: 60 * minute - 1, code: null },
    { seconds: 60 * minute, code: 'UNAUTHENTICATED' },
  ])('takes no session further than the other lets it live: of 60 minutes, after $seconds s it answers $code', async ({ seconds, code }) => {
    await setTenantSettings(database, traveller.tower.id, { sessionMinutesMax: 60 });
    const opened = await openIn(traveller.meadow);
    clock.advanceSeconds(40 * minute);
    const { accessToken } = await refresh(graph, opened.refreshToken, inside);
    clock.advanceSeconds(seconds - 40 * minute);
    const switched = await switchTo(traveller.tower.slug, accessToken);
    expect(switched.code).toBe(code);
    if (code === null) expect([switched.session.expiresAt, switched.expiresAt].map(minutesUntil)).toEqual([1 / 60, 1 / 60]);
  });

  it('needs somebody signed in, whose session goes on', async () => {
    expect((await switchTo(traveller.castle.slug, undefined)).code).toBe('UNAUTHENTICATED');
    const { accessToken, session } = await openIn(traveller.meadow);
    // Ended, though the gateway has not been told.
    await database.owner`update sessions.sessions set revoked_at = now() where id = ${session.id}`;
    expect((await switchTo(traveller.castle.slug, accessToken)).code).toBe('UNAUTHENTICATED');
  });

  it('and signing out at once leaves no session behind', async () => {
    const { accessToken, session } = await openIn(traveller.meadow);
    await Promise.all([
      ...Array.from({ length: 20 }, (_, index) => switchTo(index % 2 === 0 ? traveller.castle.slug : traveller.tower.slug, accessToken)),
      graph.ask('mutation { sessionSignOut(input: {}) { revokedCount } }', {}, { ...inside, token: accessToken }),
    ]);
    const [row] = await database.owner`select revoked_at is not null as ended from sessions.sessions where id = ${session.id}`;
    expect(row?.['ended']).toBe(true);
    expect((await switchTo(traveller.meadow.slug, accessToken)).code).toBe('UNAUTHENTICATED');
  });
});

describe('what tenants ask of passwords', () => {
  // 16 and 20 characters of all kinds: 90 and 100 points. Without capitals and digits 60 and 70.
  const of16 = 'Quartz-orbit-57!';
  const of20 = 'Quartz-orbit-57-lamp';
  const plain = 'quartz-orbit-lamp-fern';
  const change = async (newPassword: string) => {
    const { accessToken } = await openIn(traveller.meadow);
    return mutate(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword }, 'errors { code message }', { ...inside, token: accessToken });
  };

  it.each([
    { lengths: [16, 12], password: of16, code: undefined },
    { lengths: [12, 17], password: of16, code: 'PASSWORD_TOO_WEAK' },
    { lengths: [20, 17], password: of20, code: undefined },
    { lengths: [21, 12], password: of20, code: 'PASSWORD_TOO_WEAK' },
  ])('holds for whoever belongs to them, wherever they act: of $lengths characters at least, $password answers $code', async ({ lengths: [one, other], password, code }) => {
    await setTenantSettings(database, traveller.castle.id, { ...ranges, passwordLengthMin: one ?? 0 });
    await setTenantSettings(database, traveller.tower.id, { ...ranges, passwordLengthMin: other ?? 0 });
    const { errors } = await change(password);
    expect(errors[0]?.code).toBe(code);
    if (code !== undefined) expect(errors[0].message).toContain(`It has fewer than ${Math.max(one ?? 0, other ?? 0)} characters: the tenant asks for as much.`);
  });

  it.each([
    { scoreMin: 70, code: undefined },
    { scoreMin: 71, code: 'PASSWORD_TOO_WEAK' },
  ])('holds of the score as well: where $scoreMin are asked for, one that scores 70 answers $code', async ({ scoreMin, code }) => {
    await setTenantSettings(database, traveller.tower.id, { passwordScoreMin: scoreMin });
    const { errors } = await change(plain);
    expect(errors[0]?.code).toBe(code);
    if (code !== undefined) expect(errors[0].message).toContain(`It scores 70 of 100; ${scoreMin} are needed: the tenant asks for as much.`);
  });

  it('holds of a password that is reset, and the link still works after a refusal', async () => {
    await setTenantSettings(database, traveller.tower.id, { passwordLengthMin: 17 });
    await mutate(graph, 'userPasswordResetRequest', { email: traveller.email });
    const token = /#token=(kp_[\w-]+)/.exec((await latestMail(database, traveller.email)).text)?.[1] ?? '';
    const reset = async (newPassword: string) => (await mutate(graph, 'userPasswordReset', { token, newPassword }, 'changed errors { code }')).errors[0]?.code;
    expect([await reset(of16), await reset(of20)]).toEqual(['PASSWORD_TOO_WEAK', undefined]);
  });

  it('holds for whoever registers at it, and for nobody else', async () => {
    await setTenantSettings(database, traveller.meadow.id, { passwordLengthMin: 17 });
    const registering = async (email: string, password: string, tenant?: string) => {
      const { errors } = await register(graph, { email, password, tenant });
      return errors[0]?.code;
    };
    expect([
      await registering('one@kith.example', of16, traveller.meadow.slug),
      await registering('one@kith.example', of20, traveller.meadow.slug),
      await registering('two@kith.example', of16),
    ]).toEqual(['PASSWORD_TOO_WEAK', undefined, undefined]);
  });
});
