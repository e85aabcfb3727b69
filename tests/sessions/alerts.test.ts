import { severities } from '@kith/sessions/domain/alert.ts';
import type { AttemptsSeen, SignInsSeen } from '@kith/sessions/domain/alertRules.ts';
import { alertsOfAttempts, alertsOfSignIn } from '@kith/sessions/domain/alertRules.ts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { latestMail, mailsTo } from '../harness/mailbox.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { aPerson, aTwoFactorPerson, alertsOf, appCode, codeOf, guess, home, machine, signedIn, testConditions, trySignIn } from './securityActs.ts';

describe('the rules', () => {
  const quiet: AttemptsSeen = { failures: 0, addresses: 1, failuresToldOf: false, addressesToldOf: false };

  it.each<[string, Partial<AttemptsSeen>, string[]]>([
    ['nothing out of the ordinary', {}, []],
    ['4 failures in 15 minutes', { failures: 4 }, []],
    ['5 failures in 15 minutes', { failures: 5 }, ['MULTIPLE_FAILED_LOGINS']],
    ['more failures that were told of', { failures: 9, failuresToldOf: true }, []],
    ['5 addresses in an hour', { addresses: 5 }, []],
    ['6 addresses in an hour', { addresses: 6 }, ['DISTRIBUTED_LOGIN_ATTEMPTS']],
    ['more addresses that were told of', { addresses: 60, addressesToldOf: true }, []],
    ['both', { failures: 6, addresses: 6 }, ['MULTIPLE_FAILED_LOGINS', 'DISTRIBUTED_LOGIN_ATTEMPTS']],
  ])('of attempts: %s', (_, seen, kinds) => {
    expect(alertsOfAttempts({ ...quiet, ...seen })).toEqual(kinds);
  });

  const usual: SignInsSeen = { everBefore: true, fromThisAddress: true, hours: [] };
  const hours = (count: number): number[] => Array.from({ length: count }, (_, index) => 8 + (index % 4));
  const at = (time: string): Date => new Date(`2026-11-20T${time}Z`);

  it.each<[string, Partial<SignInsSeen>, string | null, Date, string[]]>([
    ['a known address', {}, '203.0.113.7', at('09:30:00'), []],
    ['an address not seen for 30 days', { fromThisAddress: false }, '203.0.113.7', at('09:30:00'), ['NEW_IP_LOGIN']],
    ['the very first sign-in', { everBefore: false, fromThisAddress: false }, '203.0.113.7', at('09:30:00'), []],
    ['an address that is not known', { fromThisAddress: false }, null, at('09:30:00'), []],
    ['10 sign-ins at other hours', { hours: hours(10) }, '203.0.113.7', at('03:00:00'), []],
    ['11 sign-ins at other hours', { hours: hours(11) }, '203.0.113.7', at('03:00:00'), ['UNUSUAL_LOGIN_TIME']],
    ['the last moment of a usual hour', { hours: hours(11) }, '203.0.113.7', at('11:59:59.999'), []],
    ['the first moment after', { hours: hours(11) }, '203.0.113.7', at('12:00:00'), ['UNUSUAL_LOGIN_TIME']],
    ['both', { fromThisAddress: false, hours: hours(20) }, '203.0.113.7', at('23:00:00'), ['NEW_IP_LOGIN', 'UNUSUAL_LOGIN_TIME']],
  ])('of a sign-in: %s', (_, seen, address, now, kinds) => {
    expect(alertsOfSignIn({ ...usual, ...seen }, address, now)).toEqual(kinds);
  });

  it('give each kind its severity', () => {
    expect(severities).toEqual({
      MULTIPLE_FAILED_LOGINS: 'HIGH',
      DISTRIBUTED_LOGIN_ATTEMPTS: 'CRITICAL',
      NEW_IP_LOGIN: 'MEDIUM',
      UNUSUAL_LOGIN_TIME: 'LOW',
      BACKUP_CODE_USED: 'MEDIUM',
      PASSWORD_CHANGED: 'MEDIUM',
      TWO_FACTOR_ENABLED: 'LOW',
      TWO_FACTOR_DISABLED: 'HIGH',
      ACCOUNT_LOCKED: 'HIGH',
      REFRESH_REUSED: 'CRITICAL',
    });
  });
});

describe('in the graph', () => {
  const clock = testClock();
  const minute = 60;
  const hour = 3_600;
  const day = 86_400;
  let database: TestDatabase;
  let graph: TestGraph;
  let other: TestGraph;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    const start = () => startGraph(database.url, { clock, environment: testConditions });
    [graph, other] = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    await Promise.all([graph.stop(), other.stop()]);
    await database.drop();
  });

  const place = (index: number) => machine(`198.51.100.${index}`);
  const kindsOf = async (person: TestPerson): Promise<string[]> => (await alertsOf(database, person.id)).map((alert) => alert.split(' ')[0] ?? '');
  const count = async (person: TestPerson, kind: string): Promise<number> => (await kindsOf(person)).filter((found) => found === kind).length;
  const signIn = async (person: TestPerson, from = home): Promise<void> => void (await signedIn(graph, person, from));

  describe('MULTIPLE_FAILED_LOGINS', () => {
    it.each([
      { what: '5 within 15 minutes', apart: 3 * minute, raised: 1 },
      { what: 'not for 5 of which the first is 15 minutes old', apart: 3 * minute + 45, raised: 0 },
    ])('is raised for $what', async ({ apart, raised }) => {
      const person = await aPerson(database);
      for (let index = 0; index < 5; index += 1) {
        if (index > 0) clock.advanceSeconds(apart);
        await guess(graph, person.username, 1, place(1));
      }
      expect(await count(person, 'MULTIPLE_FAILED_LOGINS')).toBe(raised);
    });

    it('is raised once for a wave of 20, in two processes at once or one after the other, and again for the next', async () => {
      const person = await aPerson(database);
      for (let index = 0; index < 10; index += 1) {
        await guess(graph, person.username, 1, place(1));
        await guess(other, person.username, 1, place(1));
      }
      expect(await count(person, 'MULTIPLE_FAILED_LOGINS')).toBe(1);
      clock.advanceSeconds(15 * minute);
      await guess(graph, person.username, 5, place(1));
      expect(await count(person, 'MULTIPLE_FAILED_LOGINS')).toBe(2);
    });
  });

  describe('DISTRIBUTED_LOGIN_ATTEMPTS', () => {
    it.each([
      { what: '6 addresses', addresses: 6, apart: 1, raised: 1 },
      { what: 'not for 5', addresses: 5, apart: 1, raised: 0 },
      { what: '6 within just under an hour', addresses: 6, apart: 719, raised: 1 },
      { what: 'not for 6 of which the first is an hour old', addresses: 6, apart: 720, raised: 0 },
    ])('is raised for $what', async ({ addresses, apart, raised }) => {
      const person = await aPerson(database);
      for (let index = 0; index < addresses; index += 1) {
        if (index > 0) clock.advanceSeconds(apart);
        await guess(graph, person.username, 1, place(index));
      }
      expect(await count(person, 'DISTRIBUTED_LOGIN_ATTEMPTS')).toBe(raised);
    });

    it('counts sign-ins that succeed as well, and is mailed at once, once', async () => {
      const person = await aPerson(database);
      for (let index = 0; index < 8; index += 1) await signIn(person, place(index));
      expect(await count(person, 'DISTRIBUTED_LOGIN_ATTEMPTS')).toBe(1);
      const mail = await latestMail(database, person.email);
      expect(mail).toMatchObject({ template: 'security_alert' });
      expect(mail.text).toContain('198.51.100.5');
      expect(await mailsTo(database, person.email)).toHaveLength(1);
    });
  });

  describe('NEW_IP_LOGIN', () => {
    it('is raised for an address the person never signed in from, not for the first of all, nor for one they know', async () => {
      const person = await aPerson(database);
      await signIn(person, place(1));
      expect(await kindsOf(person)).toEqual([]);
      await signIn(person, place(2));
      await signIn(person, place(1));
      expect(await kindsOf(person)).toEqual(['NEW_IP_LOGIN']);
    });

    it.each([
      { what: 'not a second before 30 days', wait: 30 * day - 1, raised: 0 },
      { what: 'after 30 days', wait: 30 * day, raised: 1 },
    ])('is raised for an address not seen since, $what', async ({ wait, raised }) => {
      const person = await aPerson(database);
      await signIn(person, place(1));
      clock.advanceSeconds(wait);
      await signIn(person, place(1));
      expect(await count(person, 'NEW_IP_LOGIN')).toBe(raised);
    });

    it('is not put off by failures: whoever guesses from an address does not make it known', async () => {
      const person = await aPerson(database);
      await signIn(person, place(1));
      await guess(graph, person.username, 2, place(2));
      await signIn(person, place(2));
      expect(await count(person, 'NEW_IP_LOGIN')).toBe(1);
    });
  });

  describe('UNUSUAL_LOGIN_TIME', () => {
    /** So many sign-ins in the past, at 9 in the morning (UTC), a day apart. */
    const past = async (person: TestPerson, times: number): Promise<void> => {
      for (let index = 1; index <= times; index += 1) {
        const occurredAt = new Date(Math.floor(clock.now().getTime() / (day * 1_000)) * day * 1_000 - index * day * 1_000 + 9 * hour * 1_000);
        await database.owner.begin(async (tx) => {
          await tx`set local role kith_keeper`;
          await tx`insert into sessions.login_history (id, occurred_at, user_id, session_id, ip_address) values (${v7()}, ${occurredAt}, ${person.id}, ${v7()}, '203.0.113.7')`;
        });
      }
    };
    const tomorrowAt = (hours: number): void => clock.set(new Date(Math.ceil(clock.now().getTime() / (day * 1_000)) * day * 1_000 + hours * hour * 1_000));

    it.each([
      { what: 'at 3 in the night after 11 at 9', times: 11, at: 3, raised: 1 },
      { what: 'not after 10', times: 10, at: 3, raised: 0 },
      { what: 'not within the usual hour', times: 11, at: 9.99, raised: 0 },
    ])('is raised $what', async ({ times, at, raised }) => {
      const person = await aPerson(database);
      await past(person, times);
      tomorrowAt(at);
      await signIn(person);
      expect(await count(person, 'UNUSUAL_LOGIN_TIME')).toBe(raised);
    });
  });

  it('is raised together with the act, or not at all', async () => {
    const failing = await startGraph(database.url, { clock, environment: testConditions, rewrite: (text) => text.replace(/^insert into "sessions"\."alerts"/, 'insert into "sessions"."nowhere"') });
    const person = await aPerson(database);
    const token = await signedIn(failing, person);
    const answer = await failing.ask('mutation ($input: UserPasswordChangeInput!) { userPasswordChange(input: $input) { errors { code } } }', { input: { currentPassword: testPassword, newPassword: 'Lantern-orbit-57-quiet' } }, { token });
    expect(answer.errors[0]?.extensions.code).toBe('INTERNAL');
    await failing.stop();
    expect((await trySignIn(graph, person.username, testPassword)).code).toBeNull();
  });

  it('is announced as an event with its id and severity, and below critical no alert is mailed: the news of it is enough', async () => {
    const person = await aTwoFactorPerson(graph, database);
    await codeOf(graph, 'userTwoFactorDisable', { password: testPassword, code: appCode(person.secret, clock) }, { token: person.token });
    const events = await database.owner`
      select e.payload, a.kind from kith.events e join sessions.alerts a on a.id = (e.payload ->> 'alertId')::uuid where e.name = 'session.alert_raised' and e.user_id = ${person.id} order by a.raised_at`;
    expect(events.map(({ kind, payload }) => [kind, payload.severity])).toEqual([['TWO_FACTOR_ENABLED', 'LOW'], ['TWO_FACTOR_DISABLED', 'HIGH']]);
    await eventually(async () => (await database.owner`select id from graphile_worker._private_jobs`).length, (left) => left === 0);
    expect(await mailsTo(database, person.email)).toEqual([]);
  });

  describe('security.alerts', () => {
    const list = async (token: string, id: string, page = 'first: 20') =>
      (await graph.ask(`query ($id: ID!) { user(id: $id) { security { alerts(${page}) { nodes { id kind severity raisedAt ipAddress } pageInfo { hasNextPage endCursor } totalCount } } } }`, { id }, { token })).data.user?.security?.alerts;

    it('shows a person their own, the latest first, page by page', async () => {
      const person = await aPerson(database);
      for (let index = 1; index <= 4; index += 1) {
        await signIn(person, place(index));
        clock.advanceSeconds(1);
      }
      const token = await signedIn(graph, person, place(1));
      const whole = await list(token, person.id);
      expect(whole.nodes.map((alert: { kind: string; severity: string; ipAddress: string }) => [alert.kind, alert.severity, alert.ipAddress])).toEqual([4, 3, 2].map((index) => ['NEW_IP_LOGIN', 'MEDIUM', `198.51.100.${index}`]));
      expect(whole.totalCount).toBe(3);
      const first = await list(token, person.id, 'first: 2');
      expect(first.pageInfo.hasNextPage).toBe(true);
      const second = await list(token, person.id, `first: 2, after: "${first.pageInfo.endCursor}"`);
      expect([...first.nodes, ...second.nodes]).toEqual(whole.nodes);
    });

    it('shows nobody else anything: not an administrator, not a member, not a stranger', async () => {
      const { people } = await aTenant('watched').withAdmin('watchful').withMember('watched_one').withMember('neighbour').in(database);
      const { watched_one: watched, watchful, neighbour } = people;
      if (watched === undefined || watchful === undefined || neighbour === undefined) throw new Error('somebody was not made');
      await signIn(watched, place(1));
      await signIn(watched, place(2));
      expect((await list(await signedIn(graph, watched, place(1)), watched.id)).totalCount).toBe(1);
      const facet = 'query ($id: ID!) { user(id: $id) { security { twoFactorEnabled passwordChangedAt backupCodesLeft alerts { totalCount } loginHistory { totalCount } } } }';
      const asked = async (person: TestPerson) => (await graph.ask(facet, { id: watched.id }, { token: await signedIn(graph, person) })).data.user;
      expect(await asked(watchful)).toEqual({ security: { twoFactorEnabled: false, passwordChangedAt: expect.any(String), backupCodesLeft: null, alerts: null, loginHistory: null } });
      expect(await asked(neighbour)).toEqual({ security: null });
      expect(await asked(await aPerson(database))).toBeNull();
    });

    it('takes the same statements for 1, 20 and 200 alerts', async () => {
      const person = await aPerson(database);
      const token = await signedIn(graph, person);
      const counts: number[] = [];
      for (const total of [1, 20, 200]) {
        const have = (await alertsOf(database, person.id)).length;
        await database.owner.begin(async (tx) => {
          await tx`set local role kith_keeper`;
          await tx`insert into sessions.alerts (id, user_id, kind, severity, raised_at) select gen_random_uuid(), ${person.id}, 'NEW_IP_LOGIN', 'MEDIUM', now() - n * interval '1 second' from generate_series(1, ${total - have}::int) n`;
        });
        graph.statements.reset();
        const found = await list(token, person.id, 'first: 200');
        expect(found.nodes).toHaveLength(total);
        counts.push(graph.statements.sent.length);
      }
      expect(new Set(counts).size).toBe(1);
    });
  });
});
