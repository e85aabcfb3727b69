import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mailedCode, mailsTo } from '../harness/mailbox.ts';
import { generousLimits, goodPassword, mutate, register } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  other = await startGraph(database.url, { clock, environment: generousLimits });
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

/** Registers somebody and answers the code they were mailed. */
async function waiting(email: string): Promise<string> {
  await register(graph, { email });
  return mailedCode(database, email);
}

const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');

/** Tries a code and answers what comes of it. */
async function tried(email: string, code: string, process = graph): Promise<string> {
  const { verified, errors } = await mutate(process, 'userEmailVerify', { email, code }, 'verified errors { code }');
  return verified === true ? 'VERIFIED' : errors[0].code;
}

async function resent(email: string, process = graph): Promise<string> {
  const { errors } = await mutate(process, 'userVerificationResend', { email });
  return errors[0]?.code ?? 'SENT';
}

const statusOf = async (email: string) => (await database.owner`select status from users.people where email_canonical = ${email}`)[0]?.['status'];

describe('proving an address', () => {
  it('makes the person active, verified and listed, and tells of it', async () => {
    const code = await waiting('proves@kith.example');
    expect(await tried(' Proves@KITH.example', ` ${code} `)).toBe('VERIFIED');
    const [person] = await database.owner`select id, status, email_verified_at, version from users.people where email_canonical = 'proves@kith.example'`;
    expect(person).toMatchObject({ status: 'ACTIVE', email_verified_at: clock.now(), version: 2 });
    const events = await database.owner`select name, payload from kith.events where user_id = ${person?.['id']} order by name`;
    expect(events.map(({ name }) => name)).toEqual(['user.email_verified', 'user.registered', 'user.status_changed']);
    expect(events[2]?.['payload']).toEqual({ from: 'PENDING_VERIFICATION', to: 'ACTIVE', actorId: person?.['id'] });
  });

  it('shows the person to themselves and to nobody else', async () => {
    for (const [email, signedIn] of [['self@kith.example', true], ['anonymous@kith.example', false]] as const) {
      const code = await waiting(email);
      const token = signedIn ? await graph.signIn(email, { password: goodPassword }) : undefined;
      const payload = await mutate(graph, 'userEmailVerify', { email, code }, 'user { email status verified profile { completeness } } verified errors { code }', { token });
      expect(payload).toEqual({ user: signedIn ? { email, status: 'ACTIVE', verified: true, profile: { completeness: 35 } } : null, verified: true, errors: [] });
    }
  });

  it('works once', async () => {
    const code = await waiting('once@kith.example');
    expect(await tried('once@kith.example', code)).toBe('VERIFIED');
    expect(await tried('once@kith.example', code)).toBe('CODE_INVALID');
  });

  it('works with a code of one person for that person only', async () => {
    const [first, second] = [await waiting('first@kith.example'), await waiting('second@kith.example')];
    expect(first).not.toBe(second);
    expect(await tried('second@kith.example', first)).toBe('CODE_INVALID');
    expect(await statusOf('second@kith.example')).toBe('PENDING_VERIFICATION');
  });

  it.each([
    ['at once', 0, 'VERIFIED'],
    ['after 9 minutes and 59 seconds', 599, 'VERIFIED'],
    ['after 10 minutes', 600, 'CODE_EXPIRED'],
    ['after a day', 86_400, 'CODE_EXPIRED'],
  ])('%s', async (_, seconds, expected) => {
    const email = `after${seconds}@kith.example`;
    const code = await waiting(email);
    clock.advanceSeconds(seconds);
    expect(await tried(email, code)).toBe(expected);
  });

  it('goes on after the process was started anew between registering and proving', async () => {
    const before = await startGraph(database.url, { clock, environment: generousLimits });
    await register(before, { email: 'restart@kith.example' });
    const code = await mailedCode(database, 'restart@kith.example');
    await before.stop();
    const after = await startGraph(database.url, { clock, environment: generousLimits });
    expect(await tried('restart@kith.example', code, after)).toBe('VERIFIED');
    await after.stop();
  });

  it('finds the code nowhere in the database but in the mail', async () => {
    const code = await waiting('kept@kith.example');
    const dump = await database.owner`
      select c::text from users.verification_codes c union all select e::text from kith.events e union all select j::text from graphile_worker._private_jobs j union all select p::text from users.people p`;
    expect(dump.length).toBeGreaterThan(2);
    expect(dump.filter(({ c }) => new RegExp(`\\b${code}\\b`).test(c))).toEqual([]);
  });
});

describe('the attempts at a code', () => {
  it('are five, of which the fifth may be right', async () => {
    const code = await waiting('fifth@kith.example');
    for (let attempt = 1; attempt <= 4; attempt += 1) expect(await tried('fifth@kith.example', wrong(code))).toBe('CODE_INVALID');
    expect(await tried('fifth@kith.example', code)).toBe('VERIFIED');
  });

  it('are over after five wrong ones, for the right code too', async () => {
    const code = await waiting('sixth@kith.example');
    for (let attempt = 1; attempt <= 5; attempt += 1) expect(await tried('sixth@kith.example', wrong(code))).toBe('CODE_INVALID');
    expect(await tried('sixth@kith.example', code)).toBe('TOO_MANY_ATTEMPTS');
    expect(await statusOf('sixth@kith.example')).toBe('PENDING_VERIFICATION');
  });

  const spent = async (email: string, processes: readonly TestGraph[]): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => tried(email, 'wrong!', processes[index % processes.length])));
    return answers.filter((answer) => answer === 'CODE_INVALID').length;
  };

  it('are exactly five for 100 wrong codes at once through two processes', async () => {
    const code = await waiting('storm@kith.example');
    expect(await spent('storm@kith.example', [graph, other])).toBe(5);
    expect(await tried('storm@kith.example', code)).toBe('TOO_MANY_ATTEMPTS');
  });

  it('would be more without the condition in the statement that spends one', async () => {
    const weakened = await testDatabase('migrated');
    await weakened.owner`alter table users.verification_codes drop constraint verification_codes_attempts_left_check`;
    const careless = await startGraph(weakened.url, { environment: generousLimits, rewrite: (text) => text.replace('"users"."verification_codes"."attempts_left" > 0', 'true') });
    await register(careless, { email: 'storm@kith.example' });
    await mailedCode(weakened, 'storm@kith.example');
    expect(await spent('storm@kith.example', [careless])).toBe(100);
    await careless.stop();
    await weakened.drop();
  });

  it('are five through the aliases of one operation as well', async () => {
    await waiting('aliases@kith.example');
    const aliases = Array.from({ length: 15 }, (_, index) => `a${index}: userEmailVerify(input: $input) { errors { code } }`).join(' ');
    const { data } = await graph.ask(`mutation ($input: UserEmailVerifyInput!) { ${aliases} }`, { input: { email: 'aliases@kith.example', code: 'wrong!' } });
    const codes = Object.values<{ errors: { code: string }[] }>(data).map(({ errors }) => errors[0]?.code);
    expect(codes.filter((code) => code === 'CODE_INVALID')).toHaveLength(5);
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(10);
  });

  it('are spent and answered at an address nobody waits at as they are anywhere', async () => {
    await waiting('known@kith.example');
    const statements: string[][] = [];
    for (const email of ['known@kith.example', 'unknown@kith.example']) {
      graph.statements.reset();
      expect(await tried(email, 'wrong!')).toBe('CODE_INVALID');
      statements.push([...graph.statements.sent]);
      for (let attempt = 2; attempt <= 5; attempt += 1) expect(await tried(email, 'wrong!')).toBe('CODE_INVALID');
      expect(await tried(email, 'wrong!')).toBe('TOO_MANY_ATTEMPTS');
    }
    expect(statements[0]?.length).toBeGreaterThan(0);
    expect(statements[0]).toEqual(statements[1]);
  });
});

describe('asking for another code', () => {
  it('mails one that takes the place of the one before', async () => {
    const first = await waiting('again@kith.example');
    clock.advanceSeconds(60);
    expect(await resent('Again@kith.example')).toBe('SENT');
    const second = await mailedCode(database, 'again@kith.example', 2);
    expect(second).not.toBe(first);
    expect(await tried('again@kith.example', first)).toBe('CODE_INVALID');
    expect(await tried('again@kith.example', second)).toBe('VERIFIED');
  });

  it('brings five attempts anew', async () => {
    await waiting('refilled@kith.example');
    for (let attempt = 1; attempt <= 6; attempt += 1) await tried('refilled@kith.example', 'wrong!');
    clock.advanceSeconds(60);
    expect(await resent('refilled@kith.example')).toBe('SENT');
    const code = await mailedCode(database, 'refilled@kith.example', 2);
    expect(await tried('refilled@kith.example', code)).toBe('VERIFIED');
  });

  it.each([
    ['somebody waits', 'limited@kith.example', true],
    ['nobody waits', 'limited.unknown@kith.example', false],
  ])('goes once a minute and five times an hour where %s, whichever process is asked', async (_, email, somebody) => {
    if (somebody) await waiting(email);
    else await resent(email);
    const answers: string[] = [];
    // The first request was the registration's. Seconds since then:
    let passed = 0;
    for (const at of [59, 60, 61, 120, 180, 240, 300, 3_599, 3_600, 3_659, 3_660, 3_661]) {
      clock.advanceSeconds(at - passed);
      passed = at;
      answers.push(`${at}: ${await resent(email, at % 2 === 0 ? graph : other)}`);
    }
    expect(answers).toEqual([
      '59: TOO_MANY_REQUESTS',
      '60: SENT',
      '61: TOO_MANY_REQUESTS',
      '120: SENT',
      '180: SENT',
      '240: SENT',
      '300: TOO_MANY_REQUESTS',
      '3599: TOO_MANY_REQUESTS',
      '3600: SENT',
      '3659: TOO_MANY_REQUESTS',
      '3660: SENT',
      '3661: TOO_MANY_REQUESTS',
    ]);
    await eventually(async () => (await database.owner`select id from graphile_worker.jobs where task_identifier = 'users.mail_verification_code'`).length, (left) => left === 0);
    expect(await mailsTo(database, email)).toHaveLength(somebody ? 7 : 0);
  });

  it('is counted once for many at the same moment', async () => {
    await waiting('burst@kith.example');
    clock.advanceSeconds(60);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => resent('burst@kith.example', index % 2 === 0 ? graph : other)));
    expect(answers.filter((answer) => answer === 'SENT')).toHaveLength(1);
  });

  it('does and answers the same where nobody waits, nobody is known, or the address is proven already', async () => {
    await tried('proven@kith.example', await waiting('proven@kith.example'));
    await waiting('pending@kith.example');
    clock.advanceSeconds(60);
    // Without those of the jobs that follow.
    const ownStatements = /"requested_at" = array|users\.awaiting_verification|kith\.announce/;
    const seen = [];
    for (const email of ['pending@kith.example', 'stranger@kith.example', 'proven@kith.example']) {
      graph.statements.reset();
      const { status, data, errors } = await graph.ask('mutation ($input: UserVerificationResendInput!) { userVerificationResend(input: $input) { errors { code } } }', { input: { email } });
      seen.push({ status, data, errors, statements: graph.statements.sent.filter((text) => ownStatements.test(text)) });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]?.statements).toHaveLength(3);
    expect(seen[0]?.data).toEqual({ userVerificationResend: { errors: [] } });
  });

  it('refuses what is no address', async () => {
    expect(await resent('nobody')).toBe('EMAIL_INVALID');
  });
});
