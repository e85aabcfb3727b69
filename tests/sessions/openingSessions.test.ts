import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '@kith/sessions/domain/fingerprint.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { claimsOf, open } from './sessionActs.ts';

const client = { address: '192.0.2.1', userAgent: 'Firefox', acceptLanguage: 'en', acceptEncoding: 'gzip', refreshCookie: null };
const device = { screen: '2560x1440', timeZone: 'Europe/Berlin' };

describe('the fingerprint of a device', () => {
  it('is the SHA-256 of user agent, language, encoding, screen and time zone', () => {
    const parts = JSON.stringify(['Firefox', 'en', 'gzip', '2560x1440', 'Europe/Berlin']);
    expect(fingerprintOf(client, device)).toEqual(createHash('sha256').update(parts).digest());
  });

  it.each<[part: string, other: Buffer]>([
    ['user agent', fingerprintOf({ ...client, userAgent: 'Safari' }, device)],
    ['language', fingerprintOf({ ...client, acceptLanguage: 'de' }, device)],
    ['encoding', fingerprintOf({ ...client, acceptEncoding: null }, device)],
    ['screen', fingerprintOf(client, { ...device, screen: '1280x720' })],
    ['time zone', fingerprintOf(client, { ...device, timeZone: 'UTC' })],
    ['border between two parts', fingerprintOf({ ...client, userAgent: 'Firefoxen', acceptLanguage: '' }, device)],
  ])('is another one with another %s', (_, other) => {
    expect(other).not.toEqual(fingerprintOf(client, device));
  });

  it('says nothing of the address, which changes with the network', () => {
    expect(fingerprintOf({ ...client, address: '198.51.100.1' }, device)).toEqual(fingerprintOf(client, device));
  });
});

describe('a session', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url);
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  it('is kept with the fingerprint of its device, and announced once', async () => {
    const headers = { 'user-agent': 'Firefox', 'accept-language': 'en', 'accept-encoding': 'gzip' };
    const { accessToken, session } = await open(graph, { device }, { headers });
    const [row] = await database.owner`select fingerprint, remember from sessions.sessions where id = ${session.id}`;
    expect(row).toEqual({ fingerprint: fingerprintOf(client, device), remember: false });
    const events = await database.owner`select payload from kith.events where name = 'session.signed_in' and user_id = ${claimsOf(accessToken).sub}`;
    expect(events).toEqual([{ payload: { sessionId: session.id } }]);
  });

  it('that cannot be kept leaves nothing behind: no token, no history, no event', async () => {
    const count = async () => (await database.owner`select (select count(*) from sessions.refresh_tokens) as tokens, (select count(*) from sessions.login_history) as logins, (select count(*) from kith.events) as events`)[0];
    const before = await count();
    await database.owner.unsafe(`create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger planted before insert on kith.events for each row execute function public.fail()`);
    await expect(open(graph)).rejects.toThrow('INTERNAL');
    await database.owner`drop trigger planted on kith.events`;
    expect(await count()).toEqual(before);
  });
});
