import { makeLog } from '@kith/kernel/log.ts';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { contextSecret, encryptionKeys, pepper, roleSecret } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { sendOperation, sendRaw } from './refusals.ts';

const password = 'Demo-graph-2026!';
const mistyped = 'Demo-grpah-2026!-mistyped';
const marked = 'Marked-Agent/4711';
const signIn = 'mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken } }';
const inWords = (word: string): string => `mutation { sessionSignIn(input: { login: "ada@kith.test", password: "${word}" }) { accessToken } }`;

describe('the log', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  const lines: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    await database.owner.unsafe(`alter table sessions.login_history add constraint not_this_agent check (user_agent <> '${marked}')`);
    graph = await startGraph(database.url, { logLines: lines, environment: { LOG_LEVEL: 'trace' } });
  });
  beforeEach(() => {
    lines.length = 0;
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const expectUntold = (...secrets: string[]): void => {
    expect(lines.length).toBeGreaterThan(0);
    const text = lines.join('');
    for (const secret of [...secrets, pepper, contextSecret, roleSecret, encryptionKeys]) {
      expect(text.includes(secret), secret).toBe(false);
      expect(text.includes(JSON.stringify(secret).slice(1, -1)), secret).toBe(false);
    }
  };

  test('tells of a sign-in without the password and the token, however they were given', async () => {
    const answers = [await sendOperation(graph.url, signIn, { input: { login: 'ada@kith.test', password } }), await sendOperation(graph.url, inWords(password))];
    const tokens = answers.map(({ text }) => String(JSON.parse(text).data.sessionSignIn.accessToken));
    for (const token of tokens) await graph.ask('{ me { id } }', {}, { token });
    expectUntold(password, ...tokens, ...tokens.map((token) => token.split('.')[2] ?? ''));
    expect(lines.join('')).toContain('"operation"');
  });

  test('tells of a refused sign-in without what was typed', async () => {
    await sendOperation(graph.url, signIn, { input: { login: 'ada@kith.test', password: mistyped } });
    await sendOperation(graph.url, inWords(mistyped));
    expectUntold(mistyped);
  });

  test('tells of a request that failed on its way without what it held', async () => {
    const token = await graph.signIn('ada@kith.test');
    await sendRaw(graph.url, { body: `{"query":${JSON.stringify(inWords(mistyped))},` });
    await sendOperation(graph.url, inWords(mistyped).replace('accessToken', 'acessToken'));
    await sendOperation(graph.url, signIn, { input: { login: 'ada@kith.test', password: [mistyped] } });
    await sendOperation(graph.url, signIn, { input: { login: '\0', password: mistyped } });
    await sendOperation(graph.url, '{ me { id } }', {}, { authorization: `Basic ${mistyped}` });
    await sendOperation(graph.url, '{ me { id } }', {}, { authorization: `Bearer ${token}x` });
    await sendRaw(graph.url, { path: `/graphql?${new URLSearchParams({ query: inWords(mistyped) }).toString()}`, method: 'GET' });
    expectUntold(mistyped, token);
  });

  test('tells of a write that failed by its statement and the rule it broke, without its values', async () => {
    const { text } = await sendOperation(graph.url, signIn, { input: { login: 'ada@kith.test', password } }, { 'user-agent': marked });
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }] });
    expectUntold(marked, password, '127.0.0.1');
    const told = lines.find((line) => JSON.parse(line).level >= 50) ?? '';
    expect(told).toContain('not_this_agent');
    expect(told).toContain('insert into');
  });

  test('would tell the values, were errors written down as they are', async () => {
    const client = postgres(database.url, { max: 1 });
    const failed = drizzle(client).execute(sql`insert into sessions.login_history (id, occurred_at, user_agent, failure) values (gen_random_uuid(), now(), ${marked}, 'UNKNOWN_LOGIN')`);
    const error: unknown = await failed.then(() => null, (reason: unknown) => reason);
    await client.end();
    expect(String(error)).toContain(marked);
    const write = (line: string): void => void lines.push(line);
    const log = makeLog({ name: 'kith-tests', level: 'error', format: 'json', destination: { write } });
    log.error({ err: error }, 'a write failed');
    log.error({ err: error });
    log.error(error);
    expect(lines).toHaveLength(3);
    expectUntold(marked);
  });

  test('strikes out what goes by the name of a secret', () => {
    const write = (line: string): void => void lines.push(line);
    const log = makeLog({ name: 'kith-tests', level: 'info', format: 'json', destination: { write } });
    log.info({ password: mistyped, accessToken: mistyped, authorization: mistyped, cookie: mistyped });
    log.info({ input: { password: mistyped }, headers: { authorization: mistyped, cookie: mistyped }, payload: { accessToken: mistyped } });
    expectUntold(mistyped);
    expect(lines.join('')).toContain('[struck out]');
  });
});
