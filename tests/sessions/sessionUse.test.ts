import { newId } from '@kith/kernel/ids.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import { sessionUsePath, sessionUses } from '@kith/kernel/sessionUse.ts';
import { contextHeader, signContext } from '@kith/kernel/signedContext.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestClock } from '../harness/testClock.ts';
import { contextSecret } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { open, whoIs } from './sessionActs.ts';

let database: TestDatabase;
let clock: TestClock;

beforeAll(async () => {
  database = await testDatabase();
  clock = testClock();
});
afterAll(() => database.drop());

const lastSeen = async (sessionId: string): Promise<Date> => (await database.owner`select last_seen_at from sessions.sessions where id = ${sessionId}`)[0]?.['last_seen_at'];
const versionOf = async (sessionId: string): Promise<string> => String((await database.owner`select xmin::text as version from sessions.sessions where id = ${sessionId}`)[0]?.['version']);
/** Does something with a graph, and has it write what it has gathered: as it does every few seconds, and when it stops. */
async function withGraph<T>(work: (graph: TestGraph) => Promise<T>, topology: 'together' | 'apart' = 'together'): Promise<T> {
  const graph = await startGraph(database.url, { clock, topology });
  try {
    return await work(graph);
  } finally {
    await graph.stop();
  }
}

describe('the door that the use of sessions comes in by', () => {
  const secret = new TextEncoder().encode(contextSecret);
  const client = { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null };
  const contextFor = (subgraph: string, body: string): Promise<string> => signContext(secret, subgraph, new GraphRequest({ viewer: anonymous, requestId: 'of-a-test', client }), body);
  const uses = JSON.stringify([{ sessionId: newId(new Date()), usedAt: new Date(), address: '192.0.2.1' }]);
  const heard: unknown[] = [];
  const app = subgraphServer({
    subgraph: { name: 'sessions', call: () => Promise.resolve({ data: {} }) },
    contextSecret,
    ready: () => Promise.resolve(),
    messages: { [sessionUsePath]: async (message) => void heard.push(sessionUses.parse(message)) },
    log: makeLog({ name: 'kith-tests', level: 'silent', format: 'json' }),
  });
  const knock = async (context: string | null, body = uses): Promise<number> => {
    const headers = { 'content-type': 'application/json', ...(context === null ? {} : { [contextHeader]: context }) };
    return (await app.inject({ method: 'POST', url: sessionUsePath, headers, body })).statusCode;
  };
  afterAll(() => app.close());

  it('is open to the gateway', async () => {
    expect(await knock(await contextFor('sessions', uses))).toBe(204);
    expect(heard).toHaveLength(1);
  });

  it.each<[what: string, context: () => Promise<string> | null]>([
    ['without a context', () => null],
    ['with a context for another subgraph', () => contextFor('users', uses)],
    ['with a context for another message', () => contextFor('sessions', '[]')],
  ])('is shut to whoever comes %s', async (_, context) => {
    expect(await knock(await context())).toBe(401);
    expect(heard).toHaveLength(1);
  });
});

describe('when a session was last used', () => {
  it('is written beside the requests: none of them writes', async () => {
    const opened = await withGraph(async (graph) => {
      const { accessToken, session } = await open(graph);
      clock.advanceSeconds(300);
      graph.statements.reset();
      expect(await whoIs(graph, accessToken)).toBe('ada');
      expect(graph.statements.sent.filter((text) => /update|note_use/.test(text))).toEqual([]);
      return session;
    });
    expect(await lastSeen(opened.id)).toEqual(clock.now());
  });

  it.each([
    { seconds: 59, written: false },
    { seconds: 60, written: true },
  ])('is written again $seconds s later: $written, by whatever process', async ({ seconds, written }) => {
    const { accessToken, session } = await withGraph(open);
    const before = await versionOf(session.id);
    clock.advanceSeconds(seconds);
    await withGraph(async (graph) => {
      await whoIs(graph, accessToken);
      await whoIs(graph, accessToken);
    });
    expect((await versionOf(session.id)) !== before).toBe(written);
  });

  it('is not written for a session that has ended', async () => {
    const { accessToken, session } = await withGraph(open);
    await database.owner`update sessions.sessions set revoked_at = ${clock.now()} where id = ${session.id}`;
    const before = await lastSeen(session.id);
    clock.advanceSeconds(300);
    await withGraph((graph) => whoIs(graph, accessToken));
    expect(await lastSeen(session.id)).toEqual(before);
  });

  it('is sent to the sessions subgraph when the processes run apart', async () => {
    const { id } = await withGraph(async (graph) => {
      const { accessToken, session } = await open(graph);
      await database.owner`update sessions.sessions set last_seen_at = created_at - interval '1 day' where id = ${session.id}`;
      await whoIs(graph, accessToken);
      return session;
    }, 'apart');
    await eventually(() => lastSeen(id), (seen) => Date.now() - seen.getTime() < 60_000);
  });
});
