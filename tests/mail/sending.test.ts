import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { NotDelivered, smtpServer } from '@kith/mail/mailServer.ts';
import { sendMail } from '@kith/users/services/sendingMail.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { MailRow, MailSetup } from './mailSetup.ts';
import { content, mailSetup } from './mailSetup.ts';
import type { MailServerDouble } from './smtpDouble.ts';
import { startMailServer } from './smtpDouble.ts';

let database: TestDatabase;
let server: MailServerDouble;
let clock: TestClock;
const setups: MailSetup[] = [];

beforeEach(async () => {
  database = await testDatabase('migrated');
  server = await startMailServer();
  clock = testClock();
});
afterEach(async () => {
  for (const setup of setups.splice(0)) await setup.stop();
  await server.stop();
  await database.drop();
});

async function setUp(environment: NodeJS.ProcessEnv = {}): Promise<MailSetup> {
  const setup = await mailSetup(database, clock, { SMTP_URL: server.url, ...environment });
  setups.push(setup);
  return setup;
}

/** Has jobs that wait for a later attempt, or for the turn of their mail, be done now. */
const hurry = () => database.owner`update graphile_worker._private_jobs set run_at = now() where locked_at is null and run_at > now() and attempts < max_attempts`;
const jobs = () => database.owner<{ key: string; attempts: number; last_error: string | null }[]>`select key, attempts, last_error from graphile_worker._private_jobs`;
const states = (rows: readonly MailRow[]) => rows.map(({ state }) => state);
const allAre = (state: string) => (rows: readonly MailRow[]) => rows.length > 0 && rows.every((row) => row.state === state);

describe('a queued mail', () => {
  it('goes to its one recipient in text and HTML, and its content is then gone from here', async () => {
    const setup = await setUp();
    await setup.runJobs();
    await setup.queue('ada@kith.example');
    const [mail] = await eventually(setup.mails, allAre('SENT'));
    expect(mail).toMatchObject({ text_body: null, html_body: null, failure: null });
    expect(server.taken).toHaveLength(1);
    const [{ from, to, message }] = server.taken as [(typeof server.taken)[0]];
    expect({ from, to }).toEqual({ from: 'no-reply@kith.example', to: ['ada@kith.example'] });
    expect(message).toContain('From: Kith <no-reply@kith.example>');
    expect(message).toContain(`Subject: ${content.subject}`);
    expect(message).toContain(content.text);
    expect(message).toContain(content.html);
    expect(message).toContain(`Message-ID: <${mail?.id}@kith>`);
    expect(message).toContain('Auto-Submitted: auto-generated');
    expect(await eventually(jobs, (rows) => rows.length === 0)).toEqual([]);
  });

  it('is never sent when what it tells of did not come to pass', async () => {
    const setup = await setUp();
    await setup.runJobs();
    await expect(setup.queue('ada@kith.example', () => Promise.reject(new Error('refused after all')))).rejects.toThrow('refused after all');
    await setup.queue('grace@kith.example');
    await eventually(setup.mails, allAre('SENT'));
    expect(server.taken.map(({ to }) => to)).toEqual([['grace@kith.example']]);
  });

  it('goes to one recipient, however its address is written', async () => {
    const setup = await setUp();
    await setup.runJobs();
    await setup.queue('"ada, eve@evil.example, "@kith.example');
    await eventually(setup.mails, (rows) => rows.length > 0 && !states(rows).includes('QUEUED'));
    for (const { to } of server.taken) expect(to).not.toContain('eve@evil.example');
  });

  it('is sent once although its job is done again and again', async () => {
    const setup = await setUp();
    await setup.queue('ada@kith.example');
    const [mail] = await setup.mails();
    for (let time = 0; time < 3; time += 1) await sendMail(setup.parts, mail?.id ?? '');
    expect(server.taken).toHaveLength(1);
  });
});

describe('a mail server that fails', () => {
  it('fails nothing that mail tells of', async () => {
    await server.stop();
    const setup = await setUp();
    await setup.runJobs();
    let done = false;
    await setup.queue('ada@kith.example', async () => {
      done = true;
    });
    expect(done).toBe(true);
    const [job] = await eventually(jobs, ([row]) => row?.last_error !== null && row?.last_error !== undefined);
    expect(job?.last_error).toContain('ESOCKET');
    expect(states(await setup.mails())).toEqual(['QUEUED']);
    server = await startMailServer();
  });

  it('gets a mail it could not take once it can, and gets it once', async () => {
    let refusals = 2;
    server.manners = { recipient: () => (refusals-- > 0 ? { code: 451, text: 'Greylisted, try again' } : null) };
    const setup = await setUp();
    await setup.runJobs();
    await setup.queue('ada@kith.example');
    await eventually(async () => {
      await hurry();
      return setup.mails();
    }, allAre('SENT'));
    expect(server.taken).toHaveLength(1);
    expect(refusals).toBe(-1);
  });

  it.each([
    ['the recipient', { recipient: () => ({ code: 550, text: 'No such person <ada@kith.example>' }) }, 'SMTP 550 at RCPT TO'],
    ['the mail', { message: () => ({ code: 554, text: 'We do not like what ada@kith.example gets' }) }, 'SMTP 554 at DATA'],
  ])('and refuses %s for good is not asked again, and its words are not kept', async (_, manners, failure) => {
    server.manners = manners;
    const setup = await setUp();
    await setup.runJobs();
    await setup.queue('ada@kith.example');
    const [mail] = await eventually(setup.mails, allAre('FAILED'));
    expect(mail).toMatchObject({ failure, text_body: null, html_body: null });
    await eventually(jobs, (rows) => rows.length === 0);
    expect(server.connections).toBe(1);
  });

  it('and does not let us in loses no mail: that is ours to mend', async () => {
    const wrong = new URL(server.url);
    wrong.username = 'kith';
    wrong.password = 'wrong';
    server.manners = { signIn: () => ({ code: 535, text: 'Who are you?' }) };
    const setup = await setUp({ SMTP_URL: `${wrong.href}?ignoreTLS=true` });
    await setup.runJobs();
    await setup.queue('ada@kith.example');
    await eventually(jobs, ([row]) => row?.last_error?.includes('535') ?? false);
    expect(states(await setup.mails())).toEqual(['QUEUED']);
    server.manners = {};
    await eventually(async () => {
      await hurry();
      return setup.mails();
    }, allAre('SENT'));
  });

  it('has its failures logged without an address, a code or its own words', async () => {
    server.manners = { recipient: () => ({ code: 451, text: 'Not now, <ada@kith.example>' }) };
    const setup = await setUp();
    await setup.runJobs();
    await setup.queue('ada@kith.example');
    await eventually(jobs, ([row]) => row?.last_error !== null && row?.last_error !== undefined);
    const [job] = await jobs();
    for (const place of [setup.log(), job?.last_error]) {
      expect(place).toContain('SMTP 451 at RCPT TO');
      expect(place).not.toMatch(/ada@kith|048213|Not now/);
    }
  });

  it.each([
    ['says nothing at all', () => {}],
    ['greets and then says nothing', (socket: Socket) => void socket.write('220 hello\r\n')],
    ['sends a letter every now and then and never an end', (socket: Socket) => {
      socket.write('220 hello\r\n');
      const timer = setInterval(() => socket.write('2'), 50);
      socket.once('close', () => clearInterval(timer));
    }],
  ])('and %s is left after its time', async (_, behave) => {
    const sockets = new Set<Socket>();
    const hung = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.resume();
      behave(socket);
    });
    await new Promise<void>((resolve) => {
      hung.listen(0, '127.0.0.1', resolve);
    });
    const { port } = hung.address() as AddressInfo; // listening on a port, not on a pipe
    const mailServer = await smtpServer(`smtp://127.0.0.1:${port}`, 'no-reply@kith.example', { connectMsMax: 200, silenceMsMax: 300, deliveryMsMax: 600 });
    const startedAt = performance.now();
    const mail = { id: 'one', recipient: 'ada@kith.example', queuedAt: clock.now(), ...content };
    await expect(mailServer.deliver(mail)).rejects.toThrow(NotDelivered);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await eventually(() => [...sockets].every((socket) => socket.destroyed), (closed) => closed);
    hung.close();
  });
});

describe('so many mails an hour', () => {
  const queueMany = async (setup: MailSetup, count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await setup.queue(`person${index}@kith.example`);
  };

  it('go out over all processes; the rest waits for its turn and is sent then, none lost and none twice', async () => {
    const processes = [await setUp({ MAILS_PER_HOUR: '5' }), await setUp({ MAILS_PER_HOUR: '5' })] as const;
    await queueMany(processes[0], 12);
    await Promise.all(processes.map((one) => one.runJobs()));
    const looked = await eventually(processes[0].mails, (rows) => states(rows).filter((state) => state === 'SENT').length === 5 && rows.every(({ turn_at }) => turn_at !== null));
    expect(server.taken).toHaveLength(5);
    const waiting = looked.filter(({ state }) => state === 'QUEUED').map(({ turn_at }) => Math.round(((turn_at?.getTime() ?? 0) - clock.now().getTime()) / 60_000));
    expect(waiting.toSorted((one, other) => one - other)).toEqual([61, 61, 61, 61, 61, 122, 122]);
    // Put off, not failed: no attempt is used up.
    for (const { attempts, last_error } of await jobs()) expect({ attempts, last_error }).toEqual({ attempts: 0, last_error: null });

    clock.advanceSeconds(61 * 60);
    await hurry();
    await eventually(processes[0].mails, (rows) => states(rows).filter((state) => state === 'SENT').length === 10);
    await eventually(jobs, (rows) => rows.length === 2 && rows.every(({ attempts }) => attempts === 0));
    expect(server.taken).toHaveLength(10);

    clock.advanceSeconds(61 * 60);
    await hurry();
    await eventually(processes[0].mails, allAre('SENT'));
    expect(new Set(server.taken.map(({ to }) => to[0])).size).toBe(12);
    expect(server.taken).toHaveLength(12);
  });

  it('would be exceeded if turns were not given out one after the other', async () => {
    // The lock is hidden behind a function of the same name that locks nothing. Whoever has looked whether it is their turn waits before
    // they take it, so that others look in between; with the lock nobody could.
    await database.owner.unsafe(`
      create schema planted;
      create function planted.pg_advisory_xact_lock(bigint) returns void language sql as '';
      create function planted.hesitate() returns trigger language plpgsql as 'begin perform pg_sleep(0.3); return new; end';
      create trigger hesitate before update of turn_at on users.mails for each row execute function planted.hesitate();
      grant usage on schema planted to kith_users;
      do $$ begin execute format('alter role kith_users in database %I set search_path = planted, pg_catalog, public', current_database()); end $$`);
    const setup = await setUp({ MAILS_PER_HOUR: '1' });
    await queueMany(setup, 8);
    const mails = await setup.mails();
    // Connected beforehand: the first to be connected would be done before the others are.
    await Promise.all(mails.map(() => setup.database.ping()));
    await Promise.all(mails.map(({ id }) => sendMail(setup.parts, id)));
    expect(server.taken.length).toBeGreaterThan(1);
  });
});
