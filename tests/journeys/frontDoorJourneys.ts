import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import type { Place } from './journeys.ts';

/** What stands beside the graph on the gateway. */
export function frontDoorJourneys(place: () => Place): void {
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${place().graph.url}${path}`, { headers });

  test('anybody can check an access token with the published keys', async () => {
    const { graph } = place();
    const token = await graph.signIn('ada@kith.test');
    const keys = (await (await get('/.well-known/jwks.json')).json()) as Parameters<typeof createLocalJWKSet>[0]; // jose refuses anything else
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), { issuer: 'kith', audience: 'kith', typ: 'at+jwt' });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.keys[0]?.kid });
    expect(payload).toMatchObject({ role: 'ADMIN', adm: false });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(1_800);
    expect(JSON.stringify(keys)).not.toMatch(/"d":/);
  });

  test('the process says that it lives and that its parts can work', async () => {
    expect(await (await get('/health')).json()).toEqual({ status: 'ok' });
    const ready = await get('/ready');
    const { parts } = (await ready.json()) as { parts: Record<string, { status: string }> }; // what is in it is looked at below
    expect(ready.status).toBe(200);
    expect(Object.keys(parts).length).toBeGreaterThan(0);
    expect(Object.values(parts).every(({ status }) => status === 'ok')).toBe(true);
  });

  test('a query can be asked by GET by whoever says that they mean it', async () => {
    const response = await get(`/graphql?${new URLSearchParams({ query: '{ me { id } }' }).toString()}`, { 'apollo-require-preflight': 'true' });
    expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: { data: { me: null } } });
  });

  test('a request keeps the id it brought, or is given one', async () => {
    expect((await get('/health', { 'x-request-id': 'from-the-proxy.1' })).headers.get('x-request-id')).toBe('from-the-proxy.1');
    expect((await get('/health', { 'x-request-id': 'two words' })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await get('/health')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
}
