import { gzipSync } from 'node:zlib';
import { signContext } from '@kith/kernel/signedContext.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { contextSecret } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { expectNothingOfTheInside, expectRefused, sendOperation, sendRaw } from './refusals.ts';

const listed = 'https://app.kith.test';
const signIn = 'mutation { sessionSignIn(input: { login: "ada@kith.test", password: "Demo-graph-2026!" }) { accessToken session { ipAddress device } } }';

describe('the gateway over HTTP', () => {
  let database: TestDatabase;
  let graph: TestGraph;

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url, { environment: { CORS_ORIGINS: `${listed}, https://other.kith.test` } });
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const sessions = async (): Promise<number> => (await database.owner<{ count: number }[]>`select count(*)::int as count from sessions.sessions`)[0]?.count ?? 0;
  const byGet = (query: string): string => `/graphql?${new URLSearchParams({ query }).toString()}`;

  test('runs no mutation by GET, and nobody is signed in', async () => {
    const before = await sessions();
    expectRefused(await sendRaw(graph.url, { path: byGet(signIn), method: 'GET', headers: { 'apollo-require-preflight': '1' } }));
    expect(await sessions()).toBe(before);
    // The same by POST goes through: it is the method that stops it.
    expect((await sendOperation(graph.url, signIn)).status).toBe(200);
    expect(await sessions()).toBe(before + 1);
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded', `query=${encodeURIComponent(signIn)}`],
    ['a form of parts', 'multipart/form-data; boundary=x', `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n${signIn}\r\n--x--`],
    ['plain text', 'text/plain', JSON.stringify({ query: signIn })],
    ['an operation without JSON', 'application/graphql', signIn],
    ['XML', 'application/xml', '<query/>'],
    ['a type that is none', 'json', JSON.stringify({ query: signIn })],
  ])('takes no operation as %s, which a foreign page can send, and nobody is signed in', async (_, type, body) => {
    const before = await sessions();
    const answer = await sendRaw(graph.url, { headers: { 'content-type': type }, body });
    expectRefused(answer, { status: answer.status });
    expect([400, 415]).toContain(answer.status);
    expect(await sessions()).toBe(before);
  });

  test('answers a GET that a foreign page could send with a refusal, and one it could not with data', async () => {
    const get = (headers: Record<string, string>): Promise<Response> => fetch(`${graph.url}${byGet('{ me { id } }')}`, { headers });
    const simple = await get({});
    expectRefused({ status: simple.status, headers: simple.headers, text: await simple.text() }, { message: /Cross-Site Request Forgery/ });
    for (const headers of [{ 'apollo-require-preflight': '1' }, { 'x-apollo-operation-name': 'Me' }]) expect((await get(headers)).status).toBe(200);
  });

  test.each([['https://evil.test'], [`${listed}.evil.test`], ['http://app.kith.test'], ['https://app.kith.test:8443'], ['https://sub.app.kith.test'], ['null'], ['']])('lets no page of %j read its answers', async (origin) => {
    const answer = await sendRaw(graph.url, { headers: { origin }, body: JSON.stringify({ query: '{ me { id } }' }) });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await fetch(`${graph.url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type, authorization' } });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('lets pages of a listed origin read its answers, and bring the cookie that refreshing looks at', async () => {
    const answer = await sendRaw(graph.url, { headers: { origin: listed }, body: JSON.stringify({ query: '{ me { id } }' }) });
    expect(answer.headers.get('access-control-allow-origin')).toBe(listed);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('vary')).toMatch(/origin/i);
  });

  test('ignores what a client says of itself in headers of the inside', async () => {
    const [ada] = await database.owner<{ id: UserId; tenantId: TenantId }[]>`
      select p.id, m.tenant_id as "tenantId" from users.people p join tenants.memberships m on m.user_id = p.id where username = 'ada'`;
    const userId = ada?.id ?? ('' as UserId); // the demo data has her
    const viewer = { kind: 'person' as const, userId, sessionId: userId as unknown as SessionId, tenantId: ada?.tenantId ?? null, role: 'ADMIN' as const, platformAdministrator: true };
    const body = JSON.stringify({ query: '{ me { id } users { totalCount } }' });
    const request = new GraphRequest({ viewer, requestId: 'forged', client: { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null } });
    const signed = await signContext(new TextEncoder().encode(contextSecret), 'users', request, body);
    const headers = { 'x-kith-context': signed, 'x-kith-viewer': JSON.stringify(viewer), 'x-user-id': userId, 'x-tenant-id': viewer.tenantId ?? '', 'x-role': 'ADMIN', 'x-forwarded-user': 'ada', 'x-remote-user': 'ada' };
    const answer = await sendRaw(graph.url, { headers, body });
    expect(JSON.parse(answer.text)).toMatchObject({ data: { me: null, users: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('shows nobody how an operation is planned and traced inside, whatever headers ask for it', async () => {
    const body = JSON.stringify({ query: '{ me { id } currentTenant { id } }' });
    const headers = { 'apollo-query-plan-experimental': '1', 'apollo-query-plan-experimental-format': 'internal', 'apollo-federation-include-trace': 'ftv1', 'apollo-expose-query-plan': 'true', 'x-apollo-debug': '1' };
    expect((await sendRaw(graph.url, { headers, body })).text).toBe('{"data":{"me":null,"currentTenant":null}}');
  });

  test.each([
    ['a path that is nowhere', '/nowhere', 404],
    ['a way out of the folder', '/pages/..%2f..%2f..%2fpackage.json', 404],
    ['a broken escape', '/%ff%fe', 400],
    ['a path longer than any', `/${'a'.repeat(20_000)}`, 431],
  ])('answers %s shortly', async (_, path, status) => {
    const answer = await sendRaw(graph.url, { path, method: 'GET' });
    expect(answer.status).toBe(status);
    expect(answer.text.length).toBeLessThan(500);
    expectNothingOfTheInside(answer.text);
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('knows no %s', async (method) => {
    expectRefused(await sendRaw(graph.url, { method, body: '{}' }), { status: 404 });
  });

  test('takes a small body that grows when it is unpacked for what it grows to', async () => {
    const packed = (body: string) => sendRaw(graph.url, { headers: { 'content-encoding': 'gzip' }, body: Uint8Array.from(gzipSync(body)) });
    const bomb = JSON.stringify({ query: '{ me { id } }', variables: { filler: '0'.repeat(20_000_000) } });
    const answer = await packed(bomb);
    expect([400, 413, 415]).toContain(answer.status);
    expect(answer.text.length).toBeLessThan(500);
    expectNothingOfTheInside(answer.text);
  });

  test('says with every answer that it is to be taken for what it says it is', async () => {
    for (const answer of [await sendOperation(graph.url, '{ me { id } }'), await sendOperation(graph.url, '{'), await sendRaw(graph.url, { path: '/nowhere', method: 'GET' })]) {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/);
      expect(answer.headers.get('x-powered-by')).toBeNull();
      expect(answer.headers.get('x-request-id')).toMatch(/^[\w.-]+$/);
    }
  });

  describe('and where a request came from', () => {
    const cameFrom = async (asked: TestGraph, headers: Record<string, string>): Promise<unknown> => {
      const { text, status } = await sendOperation(asked.url, signIn, {}, headers);
      expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('accessToken') });
      return JSON.parse(text).data.sessionSignIn.session.ipAddress;
    };

    test('is where it came from, whatever it says, unless a trusted proxy says so', async () => {
      for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { forwarded: 'for=192.0.2.1' }, { 'x-real-ip': '192.0.2.1' }]) expect(await cameFrom(graph, headers)).toBe('127.0.0.1');
    });

    test('is an address or nothing, even when a trusted proxy passes on what is none', async () => {
      const behindProxy = await startGraph(database.url, { environment: { TRUSTED_PROXIES: '127.0.0.1' } });
      const said: [string, string | null][] = [
        ['192.0.2.1', '192.0.2.1'],
        ['2001:db8::1', '2001:db8::1'],
        ['192.0.2.9, 192.0.2.1', '192.0.2.1'],
        ['fe80::1%eth0', 'fe80::1'],
        ['unknown', null],
        ["'; drop table sessions.sessions --", null],
        ['192.0.2.1/8', null],
        ['1'.repeat(5_000), null],
      ];
      for (const [forwarded, address] of said) expect(await cameFrom(behindProxy, { 'x-forwarded-for': forwarded }), forwarded).toBe(address);
      await behindProxy.stop();
    });

    test.each([['a'.repeat(10_000)], ['/'], ['\u00FF\u00FE\u0080'], ['Mozilla/5.0 (<script>alert(1)</script>)'], ['%00%00'], ["x'; drop table sessions.sessions --"]])('and with what program, even one that calls itself %j', async (userAgent) => {
      const { status, text } = await sendOperation(graph.url, signIn, {}, { 'user-agent': userAgent });
      expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('"accessToken":"') });
    });
  });
});
