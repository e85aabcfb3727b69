import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import type { CryptoKey, JWTHeaderParameters } from 'jose';
import { SignJWT, base64url, decodeJwt, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { encryptionKeys } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { expectRefused, sendOperation } from './refusals.ts';

type Claims = Record<string, unknown>;

const whoAmI = '{ me { username } currentTenant { slug } }';
const unauthenticated = { status: 401, code: 'UNAUTHENTICATED' };
const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

describe('an access token', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  /** A token as it should be, and what is in it. */
  let token: string;
  let claims: Claims;
  let kid: string;
  /** The graph's own private key: what it signs is refused for what it says alone. */
  let ownKey: CryptoKey;
  let ownPublicKey: CryptoKey;
  let foreignKeys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url);
    token = await graph.signIn('linus@kith.test');
    claims = decodeJwt(token);
    const [row] = await database.owner<{ kid: string; private: string; public: object }[]>`
      select kid, private_jwk_encrypted as private, public_jwk as public from sessions.signing_keys where state = 'SIGNING'`;
    if (row === undefined) throw new Error('the graph signs with no key');
    ({ kid } = row);
    const keys = new Map([[1, Buffer.from(encryptionKeys.slice(2), 'base64')]]);
    ownKey = await asKey(JSON.parse(decryptField(keys, `sessions.signing_keys.private_jwk:${kid}`, row.private)));
    ownPublicKey = await asKey(row.public);
    foreignKeys = await generateKeyPair('EdDSA', { extractable: true });
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const asKey = async (jwk: object): Promise<CryptoKey> => (await importJWK(jwk, 'EdDSA', { extractable: true })) as CryptoKey; // bytes are for symmetric keys only
  const sign = (payload: Claims, { header = {}, key = ownKey }: { header?: Partial<JWTHeaderParameters>; key?: CryptoKey | Uint8Array } = {}): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header }).sign(key);
  const expectStranger = async (authorization: string): Promise<void> => {
    graph.fetches = 0;
    expectRefused(await sendOperation(graph.url, whoAmI, {}, { authorization }), unauthenticated);
    expect(graph.fetches).toBe(0);
  };

  test('is taken as it was issued, and when the same is signed again by the same key', async () => {
    for (const good of [token, await sign(claims)]) {
      const { data } = await graph.ask(whoAmI, {}, { token: good });
      expect(data).toEqual({ me: { username: 'linus' }, currentTenant: { slug: 'sparkle' } });
    }
  });

  test.each([
    ['nothing', ''],
    ['only the scheme', 'Bearer'],
    ['another scheme', 'Basic YWRhOnBhc3N3b3Jk'],
    ['no token', 'Bearer token'],
    ['two parts', 'Bearer a.b'],
    ['five parts', 'Bearer a.b.c.d.e'],
    ['parts that hold nothing', 'Bearer ..'],
    ['parts that are no base64', 'Bearer %.%.%'],
    ['parts that are no JSON', 'Bearer YQ.YQ.YQ'],
    ['a header that is a list', `Bearer ${encode([])}.${encode({})}.YQ`],
    ['a great deal', `Bearer ${'a'.repeat(3_000)}.${'b'.repeat(3_000)}.${'c'.repeat(3_000)}`],
  ])('that is %s is refused', async (_, authorization) => {
    await expectStranger(authorization);
  });

  test.each([
    ['a space', (text: string) => `${text.slice(0, 40)} ${text.slice(40)}`],
    ['a tab', (text: string) => `${text.slice(0, 40)}\t${text.slice(40)}`],
    ['a space in its signature', (text: string) => `${text.slice(0, -20)} ${text.slice(-20)}`],
    ['a tab in its signature', (text: string) => `${text.slice(0, -20)}\t${text.slice(-20)}`],
    ['a space behind the first part', (text: string) => text.replace('.', ' .')],
    ['a second one behind it', (text: string) => `${text}, Bearer ${text}`],
    ['padding', (text: string) => `${text}=`],
    ['letters of plain base64', (text: string) => `${text.slice(0, -10)}+/${text.slice(-8)}`],
    ['its signature cut off', (text: string) => text.slice(0, text.lastIndexOf('.') + 1)],
    ['a signature shortened', (text: string) => text.slice(0, -4)],
    ['a signature of zeros', (text: string) => `${text.slice(0, text.lastIndexOf('.'))}.${'A'.repeat(86)}`],
  ])('with %s is refused', async (_, change) => {
    const changed = change(token);
    expect(changed).not.toBe(token);
    await expectStranger(`Bearer ${changed}`);
  });

  test.each<[string, Claims]>([
    ['another person', { sub: v7() }],
    ['another tenant', { tid: v7() }],
    ['a higher role', { role: 'ADMIN' }],
    ['the power over the platform', { adm: true }],
    ['a longer life', { exp: 4_000_000_000 }],
  ])('changed to claim %s is refused', async (_, change) => {
    const [header, , signature] = token.split('.');
    await expectStranger(`Bearer ${header}.${encode({ ...claims, ...change })}.${signature}`);
  });

  test('without a signature is refused, whatever it says of that', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const unsigned = `${encode({ alg, typ: 'at+jwt', kid })}.${encode({ ...claims, role: 'ADMIN' })}`;
      await expectStranger(`Bearer ${unsigned}.`);
      await expectStranger(`Bearer ${unsigned}.${token.split('.')[2]}`);
    }
  });

  test('signed with the public key as if it were a shared secret is refused', async () => {
    const { x = '' } = await exportJWK(ownPublicKey);
    for (const secret of [base64url.decode(x), Buffer.from(x), Buffer.from(await exportSPKI(ownPublicKey)), Buffer.from(JSON.stringify(await exportJWK(ownPublicKey)))]) {
      // A key shorter than its hash jose will not sign with: filled up with zeros HMAC takes it for the same.
      const key = Buffer.concat([secret, Buffer.alloc(Math.max(0, 64 - secret.length))]);
      for (const alg of ['HS256', 'HS384', 'HS512']) await expectStranger(`Bearer ${await sign(claims, { header: { alg }, key })}`);
    }
  });

  test('signed by a foreign key is refused, under our key id, under its own, and under none', async () => {
    for (const header of [{}, { kid: 'foreign' }, { kid: '' }, { kid: '../../etc/passwd' }, { kid: "' or 1=1 --" }]) {
      await expectStranger(`Bearer ${await sign(claims, { header, key: foreignKeys.privateKey })}`);
    }
    const withoutId = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' }).sign(foreignKeys.privateKey);
    await expectStranger(`Bearer ${withoutId}`);
    const { privateKey } = await generateKeyPair('ES256');
    await expectStranger(`Bearer ${await sign(claims, { header: { alg: 'ES256' }, key: privateKey })}`);
  });

  test('that brings its own key, or says where to fetch it, is refused and nothing is fetched', async () => {
    const jwk = await exportJWK(foreignKeys.publicKey);
    let fetched = 0;
    const server = createServer((_, response) => {
      fetched += 1;
      response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'theirs' }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
    const url = `http://127.0.0.1:${port}/jwks.json`;
    for (const header of [{ jwk }, { jku: url, kid: 'theirs' }, { x5u: url }, { jku: url, jwk, kid }, { x5c: ['MIIB'] }]) {
      await expectStranger(`Bearer ${await sign(claims, { header, key: foreignKeys.privateKey })}`);
    }
    expect(fetched).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  test('that demands an extension nobody knows is refused, though our key signed it', async () => {
    const protectedHeader = encode({ alg: 'EdDSA', typ: 'at+jwt', kid, crit: ['exotic'], exotic: true });
    const signed = `${protectedHeader}.${encode(claims)}`;
    const signature = base64url.encode(new Uint8Array(await crypto.subtle.sign('Ed25519', ownKey, Buffer.from(signed))));
    await expectStranger(`Bearer ${signed}.${signature}`);
    // The same by the same hand, but for the demand, is taken.
    const plain = `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid })}.${encode(claims)}`;
    const good = base64url.encode(new Uint8Array(await crypto.subtle.sign('Ed25519', ownKey, Buffer.from(plain))));
    expect((await graph.ask(whoAmI, {}, { token: `${plain}.${good}` })).data.me).toEqual({ username: 'linus' });
  });

  test.each<[string, Claims]>([
    ['another issuer', { iss: 'somebody' }],
    ['another audience', { aud: 'another graph' }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['no person', { sub: undefined }],
    ['no session', { sid: undefined }],
    ['no id', { jti: undefined }],
    ['no moment of issue', { iat: undefined }],
    ['no end', { exp: undefined }],
    ['an end that is a text', { exp: '4000000000' }],
    ['an end in the past', { exp: 1_000_000_000 }],
    ['a beginning to come', { nbf: 4_000_000_000 }],
    ['a person that is no id', { sub: 'linus' }],
    ['a tenant that is no id', { tid: 'sparkle' }],
    ['a tenant that is a number', { tid: 5 }],
    ['no word on the tenant', { tid: undefined }],
    ['an unknown role', { role: 'KING' }],
    ['powers that are a text', { adm: 'false' }],
  ])('with %s is refused, though our key signed it', async (_, change) => {
    await expectStranger(`Bearer ${await sign({ ...claims, ...change })}`);
  });

  test.each([['JWT'], ['kith-context'], ['']])('of the type %j is refused, though our key signed it', async (typ) => {
    await expectStranger(`Bearer ${await sign(claims, { header: { typ } })}`);
  });

  test('counts in the Authorization header only', async () => {
    const path = `/graphql?${new URLSearchParams({ query: whoAmI, access_token: token, token }).toString()}`;
    const response = await fetch(`${graph.url}${path}`, { headers: { 'apollo-require-preflight': '1', cookie: `access_token=${token}; authorization=Bearer ${token}`, 'x-access-token': token, 'x-authorization': `Bearer ${token}` } });
    expect(await response.json()).toEqual({ data: { me: null, currentTenant: null } });
  });

  test('works to its end and two seconds of drift beyond, and then says that it has expired', async () => {
    const issued = Number(claims['iat']) * 1_000;
    graph.clock.set(new Date(issued + 1_801_000));
    expect((await graph.ask(whoAmI, {}, { token })).data.me).toEqual({ username: 'linus' });
    graph.clock.set(new Date(issued + 1_803_000));
    expectRefused(await sendOperation(graph.url, whoAmI, {}, { authorization: `Bearer ${token}` }), { ...unauthenticated, message: /has expired/ });
  });
});
