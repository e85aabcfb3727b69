import { demoPassword } from '@kith/kernel/demo.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../harness/graph.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { Place } from './journeys.ts';

const signIn = 'mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken expiresAt user { id username } session { id } errors { code message path } } }';
const refused = { accessToken: null, expiresAt: null, user: null, session: null };
const wrong = { ...refused, errors: [{ code: 'INVALID_CREDENTIALS', message: 'Login and password do not go together.', path: ['input'] }] };

/** Signing in, and being refused. */
export function signingInJourneys(place: () => Place): void {
  const attempt = (input: Record<string, unknown>): Promise<Answer> => place().graph.ask(signIn, { input });
  const who = async (token: string): Promise<unknown> => (await place().graph.ask('{ me { username } currentTenant { slug } }', {}, { token })).data;

  beforeAll(async () => {
    const { database } = place();
    const shut = await aTenant('shut').withMember('shut_out').withMember('still_in').in(database);
    const still = shut.people['still_in'];
    if (still !== undefined) await aTenant('open').withPerson(still).in(database);
    await database.owner`update tenants.tenants set status = 'SUSPENDED' where slug = 'shut'`;
    await aTenant('left').withMember('homeless').withMember('gone').in(database);
    await database.owner`delete from tenants.memberships where tenant_id = (select id from tenants.tenants where slug = 'left')`;
    await database.owner`update users.people set status = 'DELETED', deleted_at = now() where username = 'gone'`;
  });

  // Failures add up to a lockout, which is another journey.
  afterEach(() => place().database.owner`delete from sessions.lockouts`);

  test('the sign-in of the issue, word for word, answers a token that works, when it ends, and the person, without any error', async () => {
    const { graph } = place();
    const { status, data, errors } = await graph.ask(
      'mutation { sessionSignIn(input: { login: "ada@kith.test", password: "Demo-graph-2026!" }) { accessToken expiresAt user { id username } errors { code message path } } }',
    );
    const { accessToken, expiresAt, user, errors: refusals } = data.sessionSignIn;
    expect({ status, errors, refusals, username: user.username }).toEqual({ status: 200, errors: [], refusals: [], username: 'ada' });
    const livesMs = new Date(expiresAt).getTime() - Date.now();
    expect(livesMs).toBeGreaterThan(1_700_000);
    expect(livesMs).toBeLessThanOrEqual(1_800_000);
    const { data: seen } = await graph.ask('{ me { id username } }', {}, { token: accessToken });
    expect(seen.me).toEqual(user);
  });

  test.each(['ada@kith.test', 'ADA@Kith.Test', 'ada', 'ADA', ' ada@kith.test '])('the login %j is Ada', async (login) => {
    const { data } = await attempt({ login, password: demoPassword });
    expect(data.sessionSignIn).toMatchObject({ user: { username: 'ada' }, errors: [] });
  });

  test('a wrong password is INVALID_CREDENTIALS in the payload and no GraphQL error', async () => {
    const { status, data, errors } = await attempt({ login: 'ada@kith.test', password: 'not her password' });
    expect({ status, errors, data }).toEqual({ status: 200, errors: [], data: { sessionSignIn: wrong } });
  });

  test.each([
    ['an unknown e-mail address', { login: 'nobody@kith.test', password: demoPassword }],
    ['an unknown username', { login: 'nobody_at_all', password: demoPassword }],
    ['no login at all', { login: '', password: demoPassword }],
    ['a login longer than any', { login: `${'a'.repeat(300)}@kith.test`, password: demoPassword }],
    ['no password at all', { login: 'ada@kith.test', password: '' }],
    ['the right password with more behind it', { login: 'ada@kith.test', password: demoPassword.padEnd(129, ' ') }],
    ['a suspended person with a wrong password', { login: 'eve@kith.test', password: 'not her password' }],
    ['a banned person with a wrong password', { login: 'mallory@kith.test', password: 'not her password' }],
    ['a deleted person with the right password', { login: 'gone', password: testPassword }],
    ['an unknown person and an unknown tenant', { login: 'nobody@kith.test', password: demoPassword, tenant: 'nowhere' }],
  ])('%s answers exactly as a wrong password does', async (_, input) => {
    const { status, data, errors, headers } = await attempt(input);
    const ofWrong = await attempt({ login: 'ada@kith.test', password: 'not her password' });
    expect({ status, data, errors }).toEqual({ status: 200, errors: [], data: { sessionSignIn: wrong } });
    expect(comparable(headers)).toEqual(comparable(ofWrong.headers));
  });

  test.each([
    ['suspended', 'eve@kith.test', 'ACCOUNT_SUSPENDED'],
    ['banned', 'mallory@kith.test', 'ACCOUNT_BANNED'],
  ])('a %s person who knows the password learns how the account stands, and no more', async (_, login, code) => {
    const { data, errors } = await attempt({ login, password: demoPassword });
    expect(errors).toEqual([]);
    expect(data.sessionSignIn).toEqual({ ...refused, errors: [{ code, message: expect.any(String), path: [] }] });
  });

  test('without a tenant one acts in the tenant one joined first, with a slug in that one', async () => {
    const { graph } = place();
    expect(await who(await graph.signIn('linus@kith.test'))).toEqual({ me: { username: 'linus' }, currentTenant: { slug: 'sparkle' } });
    expect(await who(await graph.signIn('linus@kith.test', { tenant: 'atlas' }))).toEqual({ me: { username: 'linus' }, currentTenant: { slug: 'atlas' } });
    expect(await who(await graph.signIn('linus@kith.test', { tenant: 'Atlas' }))).toEqual({ me: { username: 'linus' }, currentTenant: { slug: 'atlas' } });
  });

  test('a tenant one does not belong to answers exactly as one that does not exist: TENANT_UNKNOWN', async () => {
    const [foreign, missing] = await Promise.all(['quill', 'nowhere'].map((tenant) => attempt({ login: 'linus@kith.test', password: demoPassword, tenant })));
    expect(foreign?.data.sessionSignIn).toEqual({ ...refused, errors: [{ code: 'TENANT_UNKNOWN', message: expect.any(String), path: ['input', 'tenant'] }] });
    expect(missing?.data).toEqual(foreign?.data);
    expect(missing?.errors).toEqual([]);
  });

  test('nobody signs in to a suspended tenant, but its people go on elsewhere', async () => {
    const { graph } = place();
    const { data } = await attempt({ login: 'still_in', password: testPassword, tenant: 'shut' });
    expect(data.sessionSignIn.errors).toMatchObject([{ code: 'TENANT_UNKNOWN' }]);
    expect(await who(await graph.signIn('still_in', { password: testPassword }))).toMatchObject({ currentTenant: { slug: 'open' } });
    expect(await who(await graph.signIn('shut_out', { password: testPassword }))).toEqual({ me: { username: 'shut_out' }, currentTenant: null });
  });

  test('somebody who belongs to no tenant signs in, sees themselves, and nobody else', async () => {
    const { graph } = place();
    const token = await graph.signIn('homeless', { password: testPassword });
    const { data, errors } = await graph.ask(
      '{ me { username email player { level } memberships { totalCount } security { sessions { totalCount } } } currentTenant { id } users { totalCount nodes { id } } tenants { totalCount } }',
      {},
      { token },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      me: { username: 'homeless', email: 'homeless@test.kith.test', player: null, memberships: { totalCount: 0 }, security: { sessions: { totalCount: 1 } } },
      currentTenant: null,
      users: { totalCount: 0, nodes: [] },
      tenants: { totalCount: 0 },
    });
  });

  test('whoever has just signed in sees their own security in the same answer, whatever subgraph it is of', async () => {
    const { graph } = place();
    const { data, errors } = await graph.ask(
      `mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) {
        session { id isCurrent }
        user { username email security { sessions(first: 200) { nodes { id isCurrent } } } }
      } }`,
      { input: { login: 'linus@kith.test', password: demoPassword } },
    );
    const { session, user } = data.sessionSignIn;
    expect({ errors, isCurrent: session.isCurrent, username: user.username, email: user.email }).toEqual({ errors: [], isCurrent: true, username: 'linus', email: 'linus@kith.test' });
    expect(user.security.sessions.nodes.filter((node: { isCurrent: boolean }) => node.isCurrent)).toEqual([{ id: session.id, isCurrent: true }]);
  });

  test('the session one opened is the current one, and says what one signed in with', async () => {
    const { graph } = place();
    const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
    const { data } = await graph.ask(signIn, { input: { login: 'grace@kith.test', password: demoPassword } }, { headers });
    const { session, accessToken } = data.sessionSignIn;
    const { data: seen } = await graph.ask(
      '{ currentSession { id device browser operatingSystem ipAddress isCurrent } me { security { sessions(first: 1) { nodes { id isCurrent } } } } }',
      {},
      { token: accessToken },
    );
    expect(seen.currentSession).toEqual({ id: session.id, device: 'Firefox on Linux', browser: 'Firefox 140', operatingSystem: 'Linux', ipAddress: '127.0.0.1', isCurrent: true });
    expect(seen.me.security.sessions.nodes).toEqual([{ id: session.id, isCurrent: true }]);
  });

  test.each([['a'.repeat(5_000)], ['/'], ['']])('a program that calls itself %j signs in like another', async (userAgent) => {
    const { data, errors } = await place().graph.ask(signIn, { input: { login: 'grace@kith.test', password: demoPassword } }, { headers: { 'user-agent': userAgent } });
    expect(errors).toEqual([]);
    expect(data.sessionSignIn.errors).toEqual([]);
  });

  test('every attempt is written down with its outcome, and never with a password', async () => {
    const { database } = place();
    await attempt({ login: 'barbara@kith.test', password: 'Whatever-was-typed-1' });
    await attempt({ login: 'barbara@kith.test', password: demoPassword });
    // What the demo data tells of came from other addresses.
    const attempts = await database.owner<{ failure: string | null; opened: boolean }[]>`
      select failure, session_id is not null as opened from sessions.login_history
      where user_id = (select id from users.people where username = 'barbara') and ip_address = '127.0.0.1' order by failure`;
    expect([...attempts]).toEqual([{ failure: 'WRONG_PASSWORD', opened: false }, { failure: null, opened: true }]);
    const [found] = await database.owner`select count(*)::int as count from sessions.login_history h where h::text like '%Whatever-was-typed-1%'`;
    expect(found).toEqual({ count: 0 });
  });
}

/** The headers of an answer but those that differ every time. */
function comparable(headers: Headers): Record<string, string> {
  const { date: _date, 'x-request-id': _requestId, ...others } = Object.fromEntries(headers);
  return others;
}
