import { randomBytes } from 'node:crypto';
import { roleUrl } from '@kith/drizzle/roles.ts';
import { ConfigurationError } from '@kith/kernel/config.ts';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { expectRefused, expectShort, sendOperation, sendRaw } from './refusals.ts';

const random = (): string => randomBytes(36).toString('base64');

describe('in production', () => {
  let database: TestDatabase;
  let production: TestGraph;
  let development: TestGraph;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await testDatabase();
    // The roles keep the passwords the tests gave them; the secret they came from would be too weak.
    environment = {
      NODE_ENV: 'production',
      CONTEXT_SECRET: random(),
      DATABASE_ROLE_SECRET: random(),
      READER_DATABASE_URL: roleUrl(database.url, roleSecret, 'reader'),
      SESSIONS_DATABASE_URL: roleUrl(database.url, roleSecret, 'sessions'),
      USERS_DATABASE_URL: roleUrl(database.url, roleSecret, 'users'),
      GAMIFICATION_DATABASE_URL: roleUrl(database.url, roleSecret, 'gamification'),
      WORKER_DATABASE_URL: roleUrl(database.url, roleSecret, 'worker'),
      GATEWAY_DATABASE_URL: roleUrl(database.url, roleSecret, 'gateway'),
    };
    production = await startGraph(database.url, { environment });
    development = await startGraph(database.url);
  });
  afterAll(async () => {
    await production.stop();
    await development.stop();
    await database.drop();
  });

  test('the graph answers those who know what to ask', async () => {
    const token = await production.signIn('ada@kith.test');
    expect((await production.ask('{ me { username } }', {}, { token })).data).toEqual({ me: { username: 'ada' } });
  });

  test.each([
    ['the whole schema', getIntrospectionQuery()],
    ['the types', '{ __schema { types { name } } }'],
    ['one type', '{ __type(name: "User") { fields { name } } }'],
    ['the schema under another name', '{ s: __schema { queryType { name } } }'],
    ['the schema in a fragment', '{ ...S } fragment S on Query { __schema { queryType { name } } }'],
  ])('%s is not told, signed in or not', async (_, query) => {
    const authorization = `Bearer ${await production.signIn('ada@kith.test')}`;
    expectRefused(await sendOperation(production.url, query));
    expectRefused(await sendOperation(production.url, query, {}, { authorization }));
    expect((await sendOperation(development.url, query)).status).toBe(200);
  });

  test.each([
    ['a field', '{ me { usernam } }'],
    ['an argument', '{ users(frist: 1) { totalCount } }'],
    ['a type', '{ me { ... on Usr { id } } }'],
    ['an input field', 'mutation { sessionSignIn(input: { login: "a", password: "b", tenat: "c" }) { accessToken } }'],
  ])('nobody is helped to guess %s', async (_, query) => {
    const { messages } = expectShort(await sendOperation(production.url, query));
    expect(messages.join('\n')).not.toMatch(/did you mean/i);
    expect(expectShort(await sendOperation(development.url, query)).messages.join('\n')).toMatch(/did you mean/i);
  });

  test.each(['/', '/graphiql', '/graphiql/', '/pages/config.json'])('%s is not served', async (path) => {
    const answer = await sendRaw(production.url, { path, method: 'GET', headers: { accept: 'text/html' } });
    expectRefused(answer, { status: 404 });
    expect((await sendRaw(development.url, { path, method: 'GET' })).status).not.toBe(404);
  });

  test('what was switched on is served', async () => {
    const switchedOn = await startGraph(database.url, { environment: { ...environment, INTROSPECTION: 'on', DEVELOPER_PAGES: 'on' } });
    expect((await sendOperation(switchedOn.url, '{ __schema { queryType { name } } }')).status).toBe(200);
    expect((await sendRaw(switchedOn.url, { path: '/pages/config.json', method: 'GET' })).status).toBe(200);
    await switchedOn.stop();
  });

  test('a process with a weak secret does not start', async () => {
    for (const name of ['CONTEXT_SECRET', 'PASSWORD_PEPPER', 'DATABASE_ROLE_SECRET', 'RECORD_KEY']) {
      await expect(startGraph(database.url, { environment: { ...environment, [name]: 'change me, for this is an example of a secret' } }), name).rejects.toThrow(ConfigurationError);
    }
  });
});
