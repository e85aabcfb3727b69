import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import { contextHeader, signContext } from '@kith/kernel/signedContext.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { createHash } from 'node:crypto';
import type { JWTHeaderParameters } from 'jose';
import { SignJWT, base64url } from 'jose';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextSecret } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { RawAnswer } from './refusals.ts';
import { expectNothingOfTheInside, sendRaw } from './refusals.ts';
import type { SubgraphServers } from './subgraphServers.ts';
import { startSubgraphServers } from './subgraphServers.ts';

const secret = new TextEncoder().encode(contextSecret);
const nobody = new GraphRequest({ viewer: anonymous, requestId: 'of-a-test', client: { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null } });
const questions = {
  'its name': '{ __typename }',
  'its schema': '{ _service { sdl } }',
  'entities': '{ _entities(representations: []) { __typename } }',
  'what it does not know': '{ nothing }',
};
const bodyOf = (query: string, variables: Record<string, unknown> = {}): string => JSON.stringify({ query, variables });
const digest = (body: string): string => createHash('sha256').update(body).digest('base64url');

let database: TestDatabase;
let servers: SubgraphServers;

beforeAll(async () => {
  database = await testDatabase();
  servers = await startSubgraphServers(database.url);
});
afterAll(async () => {
  await servers.stop();
  await database.drop();
});

describe.each(subgraphNames)('the %s subgraph', (name) => {
  const send = (body: string, context?: string): Promise<RawAnswer> => sendRaw(servers.urls[name], { body, headers: context === undefined ? {} : { [contextHeader]: context } });
  const shut = { status: 401, body: { errors: [{ message: 'This is not a door: ask the gateway.', extensions: { code: 'UNAUTHENTICATED' } }] } };
  const expectShut = async (body: string, context?: string): Promise<void> => {
    const { status, text } = await send(body, context);
    expect({ status, body: JSON.parse(text) }).toEqual(shut);
  };
  /** A context as the gateway makes it, but for what is changed. */
  const forge = (body: string, claims: Record<string, unknown> = {}, { header = {}, key = secret, ageSeconds = 0, lifeSeconds = 10 }: { header?: Partial<JWTHeaderParameters>; key?: Uint8Array; ageSeconds?: number; lifeSeconds?: number } = {}): Promise<string> => {
    const issuedAt = Math.floor(Date.now() / 1_000) - ageSeconds;
    const payload = { viewer: { kind: 'anonymous' }, requestId: 'forged', client: { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null }, body: digest(body), iss: 'kith-gateway', aud: name, iat: issuedAt, exp: issuedAt + lifeSeconds, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'kith-context', ...header }).sign(key);
  };

  test.each(Object.entries(questions))('asked for %s without a context answers 401', async (_, query) => {
    await expectShut(bodyOf(query));
  });

  test('answers the gateway: the same questions with a context, and one made the same way by hand, are heard', async () => {
    for (const query of Object.values(questions)) {
      const body = bodyOf(query);
      for (const context of [await signContext(secret, name, nobody, body), await forge(body)]) expect((await send(body, context)).status, query).toBe(200);
    }
    const { text } = await send(bodyOf(questions['its schema']), await signContext(secret, name, nobody, bodyOf(questions['its schema'])));
    expect(text).toContain('type User');
  });

  test('answers 401 to a context that is for another subgraph, for another question, or by another hand', async () => {
    const body = bodyOf(questions['its name']);
    const other = subgraphNames.find((candidate) => candidate !== name) ?? '';
    await expectShut(body, await signContext(secret, other, nobody, body));
    await expectShut(body, await signContext(secret, name, nobody, bodyOf(questions['its schema'])));
    await expectShut(body, await signContext(secret, name, nobody, `${body} `));
    await expectShut(body, await signContext(new TextEncoder().encode('another secret, which is long enough too'), name, nobody, body));
    await expectShut(body, await signContext(new TextEncoder().encode(`${contextSecret}!`), name, nobody, body));
  });

  test('answers 401 to a context that is no longer good, or not yet, or for too long', async () => {
    const body = bodyOf(questions['its name']);
    await expectShut(body, await forge(body, {}, { ageSeconds: 60 }));
    await expectShut(body, await forge(body, {}, { ageSeconds: 60, lifeSeconds: 3_600 }));
    await expectShut(body, await forge(body, {}, { ageSeconds: -60 }));
    expect((await send(body, await forge(body, {}, { ageSeconds: 5 }))).status).toBe(200);
  });

  test.each<[string, Record<string, unknown>, Partial<JWTHeaderParameters>]>([
    ['another issuer', { iss: 'somebody' }, {}],
    ['no audience', { aud: undefined }, {}],
    ['no end', { exp: undefined }, {}],
    ['no beginning', { iat: undefined }, {}],
    ['no viewer', { viewer: undefined }, {}],
    ['a viewer of no kind', { viewer: {} }, {}],
    ['a viewer who is no person', { viewer: { kind: 'person' } }, {}],
    ['a viewer with an id that is none', { viewer: { kind: 'person', userId: "' or true --", sessionId: v7(), tenantId: null, role: null, platformAdministrator: false } }, {}],
    ['an unknown role', { viewer: { kind: 'person', userId: v7(), sessionId: v7(), tenantId: null, role: 'KING', platformAdministrator: false } }, {}],
    ['no request id', { requestId: '' }, {}],
    ['no body', { body: undefined }, {}],
    ['the type of an access token', {}, { typ: 'at+jwt' }],
    ['a longer hash', {}, { alg: 'HS512' }],
  ])('answers 401 to a context with %s', async (_, claims, header) => {
    const body = bodyOf(questions['its name']);
    await expectShut(body, await forge(body, claims, { header }));
  });

  test('answers 401 to a context without a signature, and to what is none', async () => {
    const body = bodyOf(questions['its name']);
    const [header, payload] = (await forge(body)).split('.');
    const none = base64url.encode(JSON.stringify({ alg: 'none', typ: 'kith-context' }));
    for (const context of [`${none}.${payload}.`, `${none}.${payload}.YQ`, `${header}.${payload}.`, 'x', '..', '', 'null']) await expectShut(body, context);
  });

  test('answers what is no JSON, however it is signed for, with a refusal', async () => {
    for (const body of ['{', '[]', '5', '{"query":5}']) {
      const { status, text } = await send(body, await signContext(secret, name, nobody, body));
      expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining('BAD_REQUEST') });
      expectNothingOfTheInside(text);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const body = bodyOf(questions['its name']);
      const answer = await sendRaw(servers.urls[name], { body, headers: { 'content-type': type, [contextHeader]: await signContext(secret, name, nobody, body) } });
      expect([401, 415]).toContain(answer.status);
    }
  });

  test('looks up to 1,000 entities, and refuses one more, however they are written', async () => {
    const viewer = { kind: 'person' as const, userId: v7() as UserId, sessionId: v7() as SessionId, tenantId: v7() as TenantId, role: 'USER' as const, platformAdministrator: false }; // fresh ids, of nobody
    const request = new GraphRequest({ viewer, requestId: 'of-a-test', client: { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null } });
    const ask = async (body: string): Promise<unknown> => JSON.parse((await send(body, await signContext(secret, name, request, body))).text);
    const representations = (count: number) => Array.from({ length: count }, () => ({ __typename: 'User', id: v7() }));
    const lookUp = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
    expect(await ask(bodyOf(lookUp, { representations: representations(1_000) }))).toMatchObject({ data: { _entities: expect.toSatisfy((found: unknown[]) => found.length === 1_000) } });
    const refused = { errors: [{ message: 'More than 1000 entities were asked for at once.', extensions: { code: 'BAD_REQUEST' } }] };
    expect(await ask(bodyOf(lookUp, { representations: representations(1_001) }))).toMatchObject(refused);
    expect(await ask(bodyOf(lookUp.replaceAll('$representations', '$r'), { r: representations(1_001) }))).toMatchObject(refused);
    const literal = representations(1_001).map(({ id }) => `{ __typename: "User", id: "${id}" }`).join(' ');
    expect(await ask(bodyOf(`{ _entities(representations: [${literal}]) { __typename } }`))).toMatchObject(refused);
  });

  test('tells anybody that it lives, and nothing else', async () => {
    expect((await sendRaw(servers.urls[name], { path: '/health', method: 'GET' })).text).toBe('{"status":"ok"}');
    for (const path of ['/', '/graphql', '/graphiql']) {
      const { status, text } = await sendRaw(servers.urls[name], { path, method: 'GET' });
      expect(status).toBe(404);
      expectNothingOfTheInside(text);
    }
  });
});
