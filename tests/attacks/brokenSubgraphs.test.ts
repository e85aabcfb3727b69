import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpSubgraph } from '@kith/gateway/httpSubgraph.ts';
import { faultMessage } from '@kith/kernel/errors.ts';
import type { Subgraph, SubgraphAnswer } from '@kith/kernel/subgraph.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { contextSecret } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { expectNothingOfTheInside, sendOperation } from './refusals.ts';

const secretText = 'select hash from sessions.credentials at /srv/kith/subgraphs/users/stores/people.ts:12';
// Long enough for a machine that has other things to do, too.
const timeoutMs = 1_000;
const never = new Promise<never>(() => {});
const question = '{ me { username player { level } } currentTenant { slug } }';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Expects the player to be missing, with a masked error that names the request, and everything else to be there. */
async function expectBesideTheData(graph: TestGraph, token: string, logLines: string[]): Promise<void> {
  logLines.length = 0;
  const { status, headers, text } = await sendOperation(graph.url, question, {}, { authorization: `Bearer ${token}` });
  expectNothingOfTheInside(text);
  const { data, errors, ...more } = JSON.parse(text);
  expect({ status, data, more }).toEqual({ status: 200, data: { me: { username: 'ada', player: null }, currentTenant: { slug: 'sparkle' } }, more: {} });
  const requestId = headers.get('x-request-id');
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(error).toMatchObject({ message: faultMessage, extensions: { code: 'INTERNAL', requestId } });
  // What was not said stands in the log, under the same id.
  expect(logLines.filter((line) => line.includes(`"requestId":"${requestId}"`) && JSON.parse(line).level >= 50)).not.toEqual([]);
}

describe('beside a subgraph in the same process that', () => {
  let graph: TestGraph;
  let token: string;
  const logLines: string[] = [];
  let behaviour: (() => Promise<SubgraphAnswer>) | undefined;

  beforeAll(async () => {
    const around = (subgraph: Subgraph): Subgraph =>
      subgraph.name === 'gamification' ? { name: subgraph.name, call: (...question) => (behaviour === undefined ? subgraph.call(...question) : behaviour()) } : subgraph;
    graph = await startGraph(database.url, { around, logLines, environment: { SUBGRAPH_TIMEOUT_MS: String(timeoutMs), LOG_LEVEL: 'info' } });
    token = await graph.signIn('ada@kith.test');
  });
  afterAll(() => graph.stop());

  test.each<[string, () => Promise<SubgraphAnswer>]>([
    ['fails', () => Promise.reject(new Error(secretText))],
    [
      'throws',
      () => {
        throw new Error(secretText);
      },
    ],
    ['throws what is no error', () => Promise.reject(secretText)],
    ['hangs', () => never],
    ['answers nothing', () => Promise.resolve({})],
  ])('%s, the rest of the answer arrives', async (what, behave) => {
    behaviour = behave;
    await expectBesideTheData(graph, token, logLines);
    // The fault did tell: the log has it.
    if (what.startsWith('throws') || what === 'fails') expect(logLines.join('')).toContain(secretText);
  });

  test('is well again, everything arrives', async () => {
    behaviour = undefined;
    const { data, errors } = await graph.ask(question, {}, { token });
    expect({ data, errors }).toMatchObject({ data: { me: { player: { level: 12 } } }, errors: [] });
  });
});

describe('beside a subgraph in another process that', () => {
  let graph: TestGraph;
  let token: string;
  const logLines: string[] = [];
  let behaviour: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => behaviour(request, response));
  let elsewhere = 0;
  const trap = createServer((_, response) => {
    elsewhere += 1;
    response.end(JSON.stringify({ data: { _entities: [{ player: { level: 99 } }] } }));
  });
  const portOf = (listening: typeof server): number => (listening.address() as AddressInfo).port; // both listen on a port, not on a path

  beforeAll(async () => {
    for (const one of [server, trap]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    const broken = httpSubgraph({ name: 'gamification', url: `http://127.0.0.1:${portOf(server)}`, contextSecret, timeoutMs });
    const around = (subgraph: Subgraph): Subgraph => (subgraph.name === 'gamification' ? broken : subgraph);
    graph = await startGraph(database.url, { around, logLines, environment: { LOG_LEVEL: 'info' } });
    token = await graph.signIn('ada@kith.test');
  });
  afterAll(async () => {
    await graph.stop();
    for (const one of [server, trap]) {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  });

  const answering = (body: string, status = 200, headers: Record<string, string> = { 'content-type': 'application/json' }) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers).end(body);
  };
  const entities = (...found: unknown[]): string => JSON.stringify({ data: { _entities: found } });
  const good = { player: { level: 7 } };

  test('answers as it should, its answer arrives', async () => {
    behaviour = answering(entities(good));
    expect((await graph.ask(question, {}, { token })).data.me).toEqual({ username: 'ada', player: { level: 7 } });
  });

  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['answers a page of HTML', answering(`<!DOCTYPE html><h1>${secretText}</h1>`, 200, { 'content-type': 'text/html' })],
    ['answers 502 and a page of HTML', answering(`<!DOCTYPE html><h1>${secretText}</h1>`, 502, { 'content-type': 'text/html' })],
    ['answers 401', answering(JSON.stringify({ errors: [{ message: 'This is not a door', extensions: { code: 'UNAUTHENTICATED' } }] }), 401)],
    ['answers 500 with data', answering(entities(good), 500)],
    ['answers half a JSON', answering('{"data":{"_entities":[')],
    ['answers nothing', answering('')],
    ['answers null', answering('null')],
    ['answers a list', answering('[]')],
    ['answers a text', answering('"hello"')],
    ['answers an empty object', answering('{}')],
    ['answers null for its data', answering('{"data":null}')],
    ['answers a number for its data', answering('{"data":7}')],
    ['answers no list of entities', answering('{"data":{"_entities":7}}')],
    ['answers null for the list of entities', answering('{"data":{"_entities":null}}')],
    ['answers too few entities', answering(entities())],
    ['answers too many entities', answering(entities(good, good, good))],
    ['answers a text for an entity', answering(entities('hello'))],
    ['answers a list for an object', answering(entities({ player: [{ level: 7 }] }))],
    ['answers a text for a number', answering(entities({ player: { level: 'seven' } }))],
    ['answers an object for a number', answering(entities({ player: { level: { a: 1 } } }))],
    ['answers null where nothing may be null', answering(entities({ player: { level: null } }))],
    ['leaves out what was asked for', answering(entities({ player: {} }))],
    ['answers errors that are none', answering('{"errors":[5]}')],
    ['answers an error that tells of the inside', answering(JSON.stringify({ errors: [{ message: secretText, path: ['_entities'], extensions: { code: 'WHATEVER', stacktrace: [secretText], sql: secretText } }] }))],
    ['sends the gateway elsewhere', (_, response) => response.writeHead(307, { location: `http://127.0.0.1:${portOf(trap)}/graphql` }).end()],
    ['breaks off', (_, response) => response.socket?.destroy()],
    ['breaks off in the middle', (_, response) => response.writeHead(200, { 'content-length': '1000' }).write('{"data"', () => response.socket?.destroy())],
    ['never answers', () => {}],
    ['never ends', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":')],
    [
      'answers 25 MB',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const part = Buffer.alloc(1_048_576, 32);
        const more = (left: number): void => {
          if (left === 0) response.end(entities(good));
          else if (!response.destroyed) response.write(part, () => more(left - 1));
        };
        more(25);
      },
    ],
    ['says that its answer is packed when it is not', answering(entities(good), 200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })],
    ['has the gateway go on with a token that is none', answering(JSON.stringify({ data: { _entities: [good] }, extensions: { accessToken: 'eyJhbGciOiJub25lIn0.e30.x' } }))],
  ])('%s, the rest of the answer arrives', async (_, behave) => {
    behaviour = behave;
    await expectBesideTheData(graph, token, logLines);
    expect(elsewhere).toBe(0);
  });

  test('answers a fault of its own, which it has logged itself, the rest of the answer arrives', async () => {
    behaviour = answering(JSON.stringify({ data: { _entities: [null] }, errors: [{ message: secretText, extensions: { code: 'INTERNAL', requestId: secretText } }] }));
    const { status, text, headers } = await sendOperation(graph.url, question, {}, { authorization: `Bearer ${token}` });
    expectNothingOfTheInside(text);
    const fault = { message: faultMessage, extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') } };
    expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 200, data: { me: { username: 'ada', player: null } }, errors: [fault] });
  });

  // Apollo's gateway gives up shaping the whole answer here. No subgraph of ours can answer so; what counts is that nothing of it is told.
  test('answers a text for an object, the answer is a masked fault', async () => {
    behaviour = answering(entities({ player: secretText }));
    const { status, text, headers } = await sendOperation(graph.url, question, {}, { authorization: `Bearer ${token}` });
    expectNothingOfTheInside(text);
    expect({ status, body: JSON.parse(text) }).toEqual({ status: 500, body: { errors: [{ message: faultMessage, extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') } }] } });
  });

  test('reaches for a prototype changes nothing', async () => {
    behaviour = answering('{"data":{"_entities":[{"player":{"level":7,"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}],"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}');
    const { data } = await graph.ask(question, {}, { token });
    expect(data.me).toEqual({ username: 'ada', player: { level: 7 } });
    expect('polluted' in {}).toBe(false);
  });

  test('has gone, the rest of the answer arrives', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expectBesideTheData(graph, token, logLines);
  });

  test('has gone, and nothing else was asked for: there is nothing beside the fault', async () => {
    const { status, data, errors } = await graph.ask('{ me { player { level } } }', {}, { token });
    expect({ status, data, codes: errors.map(({ extensions }) => extensions.code) }).toEqual({ status: 200, data: { me: { player: null } }, codes: ['INTERNAL'] });
  });
});

describe('when the one subgraph that is asked', () => {
  test('fails, the answer is 500 with the id of the request', async () => {
    const around = (subgraph: Subgraph): Subgraph => (subgraph.name === 'tenants' ? { name: subgraph.name, call: () => Promise.reject(new Error(secretText)) } : subgraph);
    const graph = await startGraph(database.url, { around });
    const token = await graph.signIn('ada@kith.test');
    const { status, text, headers } = await sendOperation(graph.url, '{ currentTenant { slug } }', {}, { authorization: `Bearer ${token}` });
    expectNothingOfTheInside(text);
    expect({ status, body: JSON.parse(text) }).toMatchObject({ status: 500, body: { data: { currentTenant: null }, errors: [{ message: faultMessage, extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') } }] } });
    await graph.stop();
  });

  test('lives in the database, a database that fails is masked as well', async () => {
    const graph = await startGraph(database.url, { rewrite: (text) => text.replace('"users"."people"."username"', '"users"."people"."no_such_column"') });
    const token = await graph.signIn('ada@kith.test');
    const { text, headers } = await sendOperation(graph.url, '{ me { username } currentTenant { slug } }', {}, { authorization: `Bearer ${token}` });
    expectNothingOfTheInside(text);
    expect(text).not.toContain('no_such_column');
    const { data, errors } = JSON.parse(text);
    expect(data.me).toBeNull();
    for (const error of errors) expect(error).toMatchObject({ message: faultMessage, extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') } });
    await graph.stop();
  });
});
