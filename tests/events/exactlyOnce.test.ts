import type { EventEmitter } from 'node:events';
import { livingWorkers } from '@kith/drizzle/livingWorkers.ts';
import { roleUrl } from '@kith/drizzle/roles.ts';
import { eventTypes } from '@kith/kernel/events.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { register as registerAt } from '@kith/users/services/registering.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { KillableGraph } from '../harness/killableGraph.ts';
import { startKillableGraph } from '../harness/killableGraph.ts';
import { mailedCode, mailsTo } from '../harness/mailbox.ts';
import type { TestParts } from '../harness/parts.ts';
import { testParts } from '../harness/parts.ts';
import { generousLimits, goodPassword, mutate, register } from '../harness/registration.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant } from '../harness/world.ts';
import { ledgerFaults, playersOf } from './ledger.ts';

const clock = testClock();
let database: TestDatabase;
let parts: TestParts;

beforeAll(async () => {
  database = await testDatabase('migrated');
  await aTenant('club').withMember('founder').in(database);
  parts = await testParts(database, clock);
});
afterAll(async () => {
  await parts.close();
  await database.drop();
});

const nowhere = { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null };
const welcomed = { slug: 'club', experience: 10, sparkle: '100.0000', transfers: 1, awards: ['registration 10'] };

/** Registers somebody where nobody runs jobs, and answers them with the event that tells of it. */
async function registered(email: string, with_: TestParts = parts) {
  const { user } = await registerAt({ parts: with_.users, requestId: 'test', client: nowhere }, { email, password: goodPassword, agreeToTerms: true, tenant: 'club' });
  const [event] = await database.owner<{ id: string }[]>`select id from kith.events where user_id = ${user?.id ?? ''} and name = 'user.registered'`;
  return { userId: user?.id ?? '', eventId: event?.id ?? '' };
}

/** Delivers an event to all its consumers, each so many times at once. */
async function deliver(eventId: string, times: number, with_: TestParts = parts): Promise<void> {
  const [event] = await database.owner<{ name: keyof typeof eventTypes }[]>`select name from kith.events where id = ${eventId}`;
  const names: readonly string[] = event === undefined ? [] : eventTypes[event.name].consumers;
  const consumers = with_.consumers.filter(({ name }) => names.includes(name));
  expect(consumers.length).toBeGreaterThan(0);
  await Promise.all(consumers.flatMap((consumer) => Array.from({ length: times }, () => consumer.handle(eventId))));
}

describe('an event delivered five times at once', () => {
  it('welcomes a person once: one code, one mail, one player, one award, one payment', async () => {
    const { userId, eventId } = await registered('five@kith.example');
    await deliver(eventId, 5);
    await deliver(eventId, 1);
    expect(await mailsTo(database, 'five@kith.example')).toHaveLength(1);
    expect(await playersOf(database, userId)).toEqual([welcomed]);
    expect(await ledgerFaults(database)).toEqual([]);
  });

  it('would have its effects five times without the note of what was handled', async () => {
    const forgetful = await testParts(database, clock, { rewrite: (text) => text.replace('select first from kith.handle_once($1, $2) as first', 'select true as first from (select $1::text, $2::uuid) as forgotten') });
    const { eventId } = await registered('forgotten@kith.example');
    const mailing = forgetful.consumers.find(({ name }) => name === 'users.mail_verification_code');
    await Promise.all(Array.from({ length: 5 }, async () => mailing?.handle(eventId)));
    expect(await mailsTo(database, 'forgotten@kith.example')).toHaveLength(5);
    await forgetful.close();
  });

  it('has no effect when its consumer fails half way, and all of it when it is tried again', async () => {
    const { userId, eventId } = await registered('half@kith.example');
    await database.owner.unsafe(`
      create function gamification.fail() returns trigger language plpgsql as $$ begin raise exception 'no points today'; end $$;
      create trigger fail before insert on gamification.transfers for each row execute function gamification.fail()`);
    await expect(deliver(eventId, 1)).rejects.toThrow();
    expect(await playersOf(database, userId)).toEqual([]);
    await database.owner.unsafe('drop trigger fail on gamification.transfers');
    await deliver(eventId, 5);
    expect(await playersOf(database, userId)).toEqual([welcomed]);
  });
});

describe('with graphs running', () => {
  let graph: TestGraph;
  let other: TestGraph;

  beforeAll(async () => {
    graph = await startGraph(database.url, { clock, environment: generousLimits });
    other = await startGraph(database.url, { clock, environment: generousLimits });
  });
  afterAll(() => Promise.all([graph.stop(), other.stop()]));

  it('every event of a registration and a verification is delivered five times more, and acts once', async () => {
    const { user } = await register(graph, { email: 'story@kith.example', tenant: 'club' });
    const eventOf = async (name: string) => (await database.owner`select id from kith.events where user_id = ${user.id} and name = ${name}`)[0]?.['id'];
    await deliver(await eventOf('user.registered'), 5);
    const code = await mailedCode(database, 'story@kith.example');
    await mutate(other, 'userEmailVerify', { email: 'story@kith.example', code });
    await deliver(await eventOf('user.email_verified'), 5);
    await eventually(async () => (await database.owner`select id from graphile_worker.jobs where task_identifier like '%player' or task_identifier like '%code' or task_identifier like '%verified_email'`).length, (left) => left === 0);
    expect(await mailsTo(database, 'story@kith.example')).toHaveLength(1);
    expect(await playersOf(database, user.id)).toEqual([{ ...welcomed, experience: 30, awards: ['registration 10', 'email_verified 20'] }]);
    expect(await ledgerFaults(database)).toEqual([]);
  });

  it('an effect is there within moments of the answer', async () => {
    const took: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      await register(graph, { email: `quick${round}@kith.example`, tenant: 'club' });
      const answeredAt = performance.now();
      await eventually(() => mailsTo(database, `quick${round}@kith.example`), (mails) => mails.length === 1);
      took.push(performance.now() - answeredAt);
    }
    const median = took.toSorted((one, another) => one - another)[7] ?? Infinity;
    console.info(`from the answer of a registration to its mail: ${median.toFixed(1)} ms (median of 15)`);
    expect(median).toBeLessThan(500);
  });
});

describe('a process killed between commit and delivery', () => {
  /** Registers somebody at a process whose consumers are held up at a lock, and kills it there. Answers the new person's id. */
  const registerAndKill = async (graph: KillableGraph, email: string): Promise<string> => {
    let userId = '';
    await database.owner.begin(async (tx) => {
      await tx`lock table kith.handled_events in access exclusive mode`;
      const response = await fetch(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: 'mutation ($input: UserRegisterInput!) { userRegister(input: $input) { user { id } errors { code } } }',
          variables: { input: { email, password: goodPassword, agreeToTerms: true, tenant: 'club' } },
        }),
      });
      const answer = (await response.json()) as { data: { userRegister: { user: { id: string } } } }; // else the test fails on the next line
      userId = answer.data.userRegister.user.id;
      // Its two consumers have taken their jobs and stand at the lock. Asked outside the transaction, which would see the same activity each time.
      const held = () => database.owner`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'select first from kith.handle_once%'`;
      try {
        await eventually(held, (sessions) => sessions.length >= 2, 4_000);
      } finally {
        await graph.kill();
      }
    });
    return userId;
  };

  it('loses no event: another process brings its effects about, once', { timeout: 60_000 }, async () => {
    const userId = await registerAndKill(await startKillableGraph(database, generousLimits), 'killed@kith.example');
    expect(await mailsTo(database, 'killed@kith.example')).toEqual([]);
    expect(await playersOf(database, userId)).toEqual([]);
    const successor = await startKillableGraph(database, generousLimits);
    await eventually(() => playersOf(database, userId), (players) => players.length === 1 && players[0]?.transfers === 1, 20_000);
    await eventually(() => mailsTo(database, 'killed@kith.example'), (mails) => mails.length === 1, 20_000);
    const [event] = await database.owner`select id from kith.events where user_id = ${userId} and name = 'user.registered'`;
    await deliver(event?.['id'], 5);
    await successor.stop();
    expect(await mailsTo(database, 'killed@kith.example')).toHaveLength(1);
    expect(await playersOf(database, userId)).toEqual([welcomed]);
  });

  it('leaves its jobs to others, but not those of a process that lives', async () => {
    await database.owner`delete from graphile_worker._private_jobs`;
    for (const pool of ['pool-dead', 'pool-alive']) {
      await database.owner`select graphile_worker.add_job('test.job', json_build_object('pool', ${pool}::text))`;
      await database.owner`update graphile_worker._private_jobs set locked_by = ${pool}, locked_at = now() - interval '3 seconds' where payload ->> 'pool' = ${pool}`;
    }
    const locked = () => database.owner<{ pool: string }[]>`select locked_by as pool from graphile_worker._private_jobs where locked_by is not null`;
    const living = livingWorkers(roleUrl(database.url, roleSecret, 'worker'), makeLog({ name: 'test', level: 'silent', format: 'json' }));
    (living.events as EventEmitter).emit('pool:create', { workerPool: { id: 'pool-alive' } });
    expect(await eventually(locked, (pools) => pools.length === 1)).toEqual([{ pool: 'pool-alive' }]);
    await living.stop();
  });
});
