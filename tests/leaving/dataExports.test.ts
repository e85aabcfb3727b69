import { expireDataExports } from '@kith/users/services/exportingData.ts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, goodPassword, mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { Leaver } from './canaries.ts';
import { conditionFor } from './canaries.ts';
import { withUsersOf } from './clones.ts';
import type { LivedIn } from './leaver.ts';
import { allDone, canaryPhoneNumber, liveIn } from './leaver.ts';

// Noon, so that a few hours more are the same day.
const start = new Date(`${new Date().toISOString().slice(0, 10)}T12:00:00.000Z`);
const clock = testClock(start);
const day = 86_400_000;

let database: TestDatabase;
let graph: TestGraph;
let home: TestTenant;
let someone: LivedIn;
let token: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMembers(3).in(database);
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  someone = await liveIn(graph, database, home);
  token = someone.token;
}, 60_000);
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

interface Listed {
  readonly id: string;
  readonly label: string | null;
  readonly state: string;
  readonly expiresAt: string | null;
  readonly document: string | null;
}
const list = async (asked = token): Promise<Listed[]> => (await graph.ask('{ me { dataExports(first: 10) { nodes { id label state expiresAt document } totalCount } } }', {}, { token: asked })).data.me.dataExports.nodes;
const request = (input: object, asked = token) => mutate(graph, 'userDataExportRequest', input, 'dataExport { id label state requestedAt document } errors { code path }', { token: asked });
const ready = async (asked = token): Promise<Listed> => {
  const [latest] = await eventually(() => list(asked), ([first]) => first?.state === 'READY');
  if (latest === undefined) throw new Error('there is no document');
  return latest;
};
/** Moves the clock, and signs in anew: nobody's token lives for a day. */
const moveTo = async (days: number, milliseconds = 0): Promise<void> => {
  clock.set(new Date(start.getTime() + days * day + milliseconds));
  token = await graph.signIn(someone.email, { password: goodPassword });
};
type Content = Record<string, Record<string, Record<string, unknown>[]>>;
const recordsOf = (document: string | null): Content => (JSON.parse(document ?? '{}') as { records: Content }).records;
const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

// The making of a document is itself told of, a moment after everything was read.
const madeByTheDocument: Readonly<Record<string, number>> = { 'kith.events': 2, 'users.notifications': 1, 'users.pending_deliveries': 1 };

describe('the document about oneself', () => {
  it('holds every row that is one’s own, by the tables themselves, and of no column that is a secret', async () => {
    const leaver: Leaver = someone;
    // What happened after the first document was made is in the next one.
    await moveTo(1);
    await allDone(database);
    await request({ label: 'all of it' });
    const { document } = await ready();
    await allDone(database);
    const records = recordsOf(document);
    const steps = await database.owner<{ relation: string; conditions: string[]; secrets: string[] | null }[]>`
      select s.relation, array_agg(s.rows_of) as conditions,
             (select array_agg(c.column_name) from kith.classified_columns c where c.relation = s.relation and c.class in ('SECRET', 'COPY')) as secrets
      from kith.personal_rows s where s.exported group by s.relation`;
    expect(steps.length).toBeGreaterThan(20);
    const held: string[] = [];
    for (const { relation, conditions, secrets } of steps) {
      const [schema = '', table = ''] = relation.split('.');
      const told = records[schema]?.[camelCase(table)] ?? [];
      const where = conditions.map((condition) => `(${conditionFor(leaver, condition, [])})`).join(' or ');
      const [row] = await database.owner.unsafe<{ count: number }[]>(`select count(*)::int as count from ${relation} r where ${where}`);
      expect((row?.count ?? 0) - told.length, relation).toBe(madeByTheDocument[relation] ?? 0);
      held.push(...(row?.count === 0 ? [] : [relation]));
      for (const name of secrets ?? []) for (const each of told) expect(Object.keys(each), `${relation}.${name}`).not.toContain(camelCase(name));
    }
    expect(held.length).toBeGreaterThan(20);
    const [[secret]] = [await database.owner<{ hash: string }[]>`select password_hash as hash from sessions.credentials where user_id = ${someone.id}`];
    expect(document).not.toContain(secret?.hash);
    expect(records['users']?.['people']?.[0]).toMatchObject({ id: someone.id, email: someone.email, username: someone.username });
  });

  it('says nothing of others but their ids', async () => {
    const [{ document } = { document: null }] = await list();
    for (const { username, email } of Object.values(home.people)) for (const text of [username, email]) expect(document).not.toContain(`"${text}"`);
  });

  it('tells the telephone number in clear, and of devices not what opens the way to them', async () => {
    const [{ document } = { document: null }] = await list();
    const { phoneNumbers = [], pushTokens = [] } = recordsOf(document)['users'] ?? {};
    expect(phoneNumbers).toEqual([{ userId: someone.id, updatedAt: expect.any(String), number: canaryPhoneNumber }]);
    expect(pushTokens.map((device) => Object.keys(device))).toEqual([['id', 'userId', 'tokenEnding', 'platform', 'deviceName', 'appVersion', 'registeredAt', 'lastUsedAt']]);
    expect(document).not.toContain('the-token-of-the-telephone');
  });

  it('tells points as the graph does, exactly', async () => {
    const [{ document } = { document: null }] = await list();
    const kept = await database.owner<{ balance: string }[]>`select a.balance::text from gamification.accounts a join gamification.players p on p.id = a.player_id where p.user_id = ${someone.id}`;
    expect(kept.length).toBeGreaterThan(0);
    const told = Object.values(recordsOf(document)['gamification'] ?? {}).flatMap((rows) => rows.filter((row) => 'balance' in row).map((row) => row['balance']));
    expect(new Set(told)).toEqual(new Set(kept.map(({ balance }) => balance)));
    expect(told).toHaveLength(kept.length);
  });

  it('has stable names', async () => {
    const [{ document } = { document: null }] = await list();
    const parsed = JSON.parse(document ?? '') as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['format', 'version', 'userId', 'madeAt', 'records']);
    expect(Object.keys(recordsOf(document)['users']?.['profiles']?.[0] ?? {})).toEqual([
      'userId', 'displayName', 'bio', 'pictureUrl', 'bannerUrl', 'location', 'website', 'interests', 'skills', 'theme', 'twitter', 'instagram', 'tiktok', 'discord', 'youtube', 'updatedAt',
    ]);
  });

  it('can be asked for once a day, also by many requests at once', async () => {
    expect((await request({})).errors).toEqual([{ code: 'TOO_MANY_REQUESTS', path: [] }]);
    await moveTo(2);
    const outcomes = await Promise.all(Array.from({ length: 8 }, async () => (await request({})).errors.length));
    expect(outcomes.filter((refusals) => refusals === 0)).toHaveLength(1);
    expect((await request({ label: 'l'.repeat(101) })).errors).toEqual([{ code: 'FIELD_TOO_LONG', path: ['input', 'label'] }]);
  });

  it('is seen by nobody else', async () => {
    const boss = await graph.signIn('boss', { password: testPassword });
    const { data } = await graph.ask('query ($id: ID!) { user(id: $id) { dataExports { nodes { id } } formerUsernames { nodes { username } } deletionImpact { totalRows } } }', { id: someone.id }, { token: boss });
    expect(data.user).toEqual({ dataExports: null, formerUsernames: null, deletionImpact: null });
    const asOther = await database.owner.begin(async (tx) => {
      await tx`select set_config('kith.user_id', ${home.people['boss']?.id ?? ''}, true)`;
      await tx`set local role kith_reader`;
      return tx`select id from users.data_exports`;
    });
    expect([...asOther]).toEqual([]);
  });

  it('of 10,000 rows is made like any other', async () => {
    const member = home.people['member1'];
    if (member === undefined) throw new Error('nobody has a long history');
    await database.owner`insert into sessions.login_history ${database.owner(Array.from({ length: 5_000 }, () => ({ id: v7(), occurred_at: start, user_id: member.id, failure: 'WRONG_PASSWORD' })))}`;
    await database.owner`insert into sessions.login_history ${database.owner(Array.from({ length: 5_000 }, () => ({ id: v7(), occurred_at: start, user_id: member.id, failure: 'WRONG_PASSWORD' })))}`;
    const theirs = await graph.signIn('member1', { password: testPassword });
    await request({}, theirs);
    expect(recordsOf((await ready(theirs)).document)['sessions']?.['loginHistory']?.length).toBe(10_002);
  });

  it('is over after 7 days, before anybody takes it out, and then taken out', async () => {
    const latest = await ready();
    await moveTo(9, -1);
    expect((await list()).find(({ id }) => id === latest.id)).toMatchObject({ state: 'READY' });
    await moveTo(9);
    expect((await list()).find(({ id }) => id === latest.id)).toMatchObject({ state: 'EXPIRED', document: null });
    expect(await database.owner`select 1 from users.data_exports where document is not null and id = ${latest.id}`).toHaveLength(1);
    await withUsersOf(database, clock, expireDataExports);
    expect(await database.owner`select 1 from users.data_exports where document is not null`).toEqual([]);
  });
});
