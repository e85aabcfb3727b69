import { demoPassword } from '@kith/kernel/demo.ts';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { claimsOf, open, refresh, revoke, signOut, whoIs } from './sessionActs.ts';

const secureName = '__Host-kith_refresh';
const plainName = 'kith_refresh';
const day = 86_400;

let database: TestDatabase;
let clock: TestClock;
/** One that people reach by https, and one on a developer's machine. */
let secure: TestGraph;
let plain: TestGraph;

beforeAll(async () => {
  database = await testDatabase();
  clock = testClock();
  secure = await startGraph(database.url, { clock, environment: { PUBLIC_URL: 'https://kith.example', CORS_ORIGINS: 'https://app.example' } });
  plain = await startGraph(database.url, { clock });
});
afterAll(async () => {
  await Promise.all([secure.stop(), plain.stop()]);
  await database.drop();
});

/** What a browser keeps of an answer. */
const setCookie = ({ headers }: Answer): string | null => headers.get('set-cookie');
const valueOf = (answer: Answer): string => /=([^;]*)/.exec(setCookie(answer) ?? '')?.[1] ?? '';
const withCookie = (token: string, name = secureName) => ({ headers: { cookie: `${name}=${token}` } });
const openInBrowser = async (graph = secure, input: Record<string, unknown> = {}) => {
  const opened = await open(graph, { refreshTokenIn: 'COOKIE', ...input });
  return { ...opened, cookie: valueOf(opened.answer) };
};

describe('a refresh token in a cookie', () => {
  it('does not stand in the answer, and no script and no other site gets at it', async () => {
    const { answer, cookie, refreshToken, refreshTokenExpiresAt } = await openInBrowser();
    expect(refreshToken).toBeNull();
    expect(cookie).toMatch(/^kr_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(answer.data)).not.toContain(cookie);
    const attributes = (setCookie(answer) ?? '').split('; ').slice(1).toSorted();
    expect(attributes).toEqual([`Expires=${new Date(refreshTokenExpiresAt).toUTCString()}`, 'HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'].toSorted());
    expect(setCookie(answer)).toMatch(/^__Host-kith_refresh=/);
  });

  it('has a plain name, and does not insist on https, where there is none', async () => {
    const { answer } = await openInBrowser(plain);
    expect(setCookie(answer)).toMatch(/^kith_refresh=/);
    expect(setCookie(answer)).toContain('HttpOnly');
    expect(setCookie(answer)).not.toContain('Secure');
  });

  it('is exchanged for the next one, which takes its place', async () => {
    const { cookie, session } = await openInBrowser();
    const next = await refresh(secure, null, withCookie(cookie));
    expect(next).toMatchObject({ code: null, refreshToken: null, session: { id: session.id } });
    expect(valueOf(next.answer)).toMatch(/^kr_/);
    expect(valueOf(next.answer)).not.toBe(cookie);
    expect(await whoIs(secure, next.accessToken)).toBe('ada');
    expect((await refresh(secure, null, withCookie(valueOf(next.answer)))).code).toBeNull();
  });

  it('is not set for whoever asked for the token in the answer', async () => {
    const opened = await open(secure);
    expect(opened.refreshToken).toMatch(/^kr_/);
    expect(setCookie(opened.answer)).toBeNull();
    const next = await refresh(secure, opened.refreshToken);
    expect(next.refreshToken).toMatch(/^kr_/);
    expect(setCookie(next.answer)).toBeNull();
  });

  it('comes after one in the input, which is answered in the payload', async () => {
    const { cookie } = await openInBrowser();
    const native = await open(secure, { login: 'grace@kith.test' });
    const next = await refresh(secure, native.refreshToken, withCookie(cookie));
    expect(next.session.id).toBe(native.session.id);
    expect(next.refreshToken).toMatch(/^kr_/);
    expect(setCookie(next.answer)).toBeNull();
  });

  it('is taken out once it is refused, and without one nothing is', async () => {
    const { cookie } = await openInBrowser();
    clock.advanceSeconds(7 * day);
    const late = await refresh(secure, null, withCookie(cookie));
    expect(late.code).toBe('REFRESH_TOKEN_INVALID');
    expect(setCookie(late.answer)).toMatch(/^__Host-kith_refresh=; Max-Age=0|^__Host-kith_refresh=;.*Expires=Thu, 01 Jan 1970/);
    const without = await refresh(secure, null);
    expect(without.code).toBe('REFRESH_TOKEN_INVALID');
    expect(setCookie(without.answer)).toBeNull();
  });

  it('is believed under its own name only: a neighbour host can plant the plain one, but not that', async () => {
    const mallory = await openInBrowser(secure, { login: 'linus@kith.test' });
    expect((await refresh(secure, null, withCookie(mallory.cookie, plainName))).code).toBe('REFRESH_TOKEN_INVALID');
    expect((await refresh(secure, null, withCookie(mallory.cookie))).code).toBeNull();
  });

  it('goes on in a payload when the processes run apart, too', async () => {
    const apart = await startGraph(database.url, { topology: 'apart', environment: { PUBLIC_URL: 'https://kith.example' } });
    try {
      const { cookie } = await openInBrowser(apart);
      const next = await refresh(apart, null, withCookie(cookie));
      expect(next.code).toBeNull();
      expect(await signOut(apart, 'THIS', withCookie(valueOf(next.answer)))).toBe(1);
    } finally {
      await apart.stop();
    }
  });
});

describe('signing out in a browser', () => {
  it('works by the cookie alone, when the access token has run out, and takes it out', async () => {
    const { cookie, accessToken } = await openInBrowser();
    const answer = await secure.ask('mutation { sessionSignOut(input: {}) { revokedCount } }', {}, withCookie(cookie));
    expect(answer.data.sessionSignOut.revokedCount).toBe(1);
    expect(setCookie(answer)).toMatch(/^__Host-kith_refresh=;/);
    expect((await refresh(secure, null, withCookie(cookie))).code).toBe('REFRESH_TOKEN_INVALID');
    expect((await secure.ask('{ me { username } }', {}, { token: accessToken })).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('of all others keeps the cookie', async () => {
    const { cookie } = await openInBrowser();
    const answer = await secure.ask('mutation { sessionSignOut(input: { scope: OTHERS }) { revokedCount } }', {}, withCookie(cookie));
    expect(setCookie(answer)).toBeNull();
    expect((await refresh(secure, null, withCookie(cookie))).code).toBeNull();
  });

  it('by a cookie that was used up long ago ends nothing: it may be a copy', async () => {
    const { cookie } = await openInBrowser();
    const next = await refresh(secure, null, withCookie(cookie));
    clock.advanceSeconds(11);
    expect(await signOut(secure, 'ALL', withCookie(cookie))).toBe(0);
    expect((await refresh(secure, null, withCookie(valueOf(next.answer)))).code).toBeNull();
  });
});

describe('the cookie', () => {
  it('opens nothing but refreshing and signing out', async () => {
    const { cookie, session } = await openInBrowser();
    const { data } = await secure.ask('{ me { username } currentSession { id } }', {}, withCookie(cookie));
    expect(data).toEqual({ me: null, currentSession: null });
    const { errors } = await secure.ask('mutation ($id: ID!) { sessionRevoke(input: { id: $id }) { session { id } } }', { id: session.id }, withCookie(cookie));
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await revoke(secure, session.id, undefined)).toBe('UNAUTHENTICATED');
  });

  const forged = 'mutation { sessionSignOut(input: { scope: ALL }) { revokedCount } }';
  /** As a page of another site would send it, with the cookie a careless browser brings along. */
  const asForm = (type: string, cookie: string) =>
    fetch(`${secure.url}/graphql`, { method: 'POST', headers: { 'content-type': type, cookie: `${secureName}=${cookie}`, origin: 'https://evil.example' }, body: JSON.stringify({ query: forged }) });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('is of no use to a form of another site sent as %s', async (type) => {
    const { cookie } = await openInBrowser();
    expect((await asForm(type, cookie)).status).toBeGreaterThanOrEqual(400);
    expect((await refresh(secure, null, withCookie(cookie))).code).toBeNull();
  });

  it('is of no use to a link of another site', async () => {
    const { cookie } = await openInBrowser();
    const { status } = await fetch(`${secure.url}/graphql?query=${encodeURIComponent(forged)}`, { headers: { cookie: `${secureName}=${cookie}` } });
    expect(status).toBeGreaterThanOrEqual(400);
    expect((await refresh(secure, null, withCookie(cookie))).code).toBeNull();
  });

  it('would be of use to that form if its type were let through: that is what the tests above look for', async () => {
    const { cookie } = await openInBrowser();
    expect((await asForm('application/json', cookie)).status).toBe(200);
    expect((await refresh(secure, null, withCookie(cookie))).code).toBe('REFRESH_TOKEN_INVALID');
  });

  it.each([
    { origin: 'https://evil.example', allowed: null },
    { origin: 'https://app.example', allowed: 'https://app.example' },
  ])('may be brought along by scripts of $origin: $allowed', async ({ origin, allowed }) => {
    const answered = await preflight(`${secure.url}/graphql`, origin);
    expect(answered['access-control-allow-origin'] ?? null).toBe(allowed);
  });
});

/** What a browser asks before it lets a script of another site send JSON. `fetch` keeps some of these headers to itself. */
function preflight(url: string, origin: string): Promise<NodeJS.Dict<string | string[]>> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } }, (answer) => {
      answer.resume();
      resolve(answer.headers);
    });
    asked.on('error', reject);
    asked.end();
  });
}

it('a session opened in a browser belongs to the person who signed in', async () => {
  const { accessToken } = await openInBrowser(secure, { login: 'grace@kith.test', password: demoPassword });
  const [person] = await database.owner`select id from users.people where username = 'grace'`;
  expect(claimsOf(accessToken).sub).toBe(person?.['id']);
});
