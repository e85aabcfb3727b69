import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import { encryptionKeys } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';
import type { SignInAnswer, TwoFactorPerson } from './securityActs.ts';
import { aPerson, aTwoFactorPerson, alertsOf, appCode, codeOf, elsewhere, firstStep, historyOf, home, machine, secondStep, signedIn, testConditions, trySignIn, wrongAppCode } from './securityActs.ts';
import { whoIs } from './sessionActs.ts';

const clock = testClock();
const minute = 60;
const step = 30;

let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;

const start = (rewrite?: (text: string) => string) => startGraph(database.url, { clock, environment: testConditions, rewrite });
const either = (index: number): TestGraph => (index % 2 === 0 ? graph : other);

beforeAll(async () => {
  database = await testDatabase('migrated');
  [graph, other] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const security = 'twoFactorEnabled backupCodesLeft';
const securityOf = async (token: string) => (await graph.ask(`{ me { security { ${security} } } }`, {}, { token })).data.me.security;
const setUp = (token: string, password = testPassword) => mutate(graph, 'userTwoFactorSetUp', { password }, 'secret otpauthUrl qrCode expiresAt errors { code message path }', { token });
const confirm = (token: string, code: string, at = graph) => mutate(at, 'userTwoFactorConfirm', { code }, 'backupCodes errors { code message path }', { token });
const codes = (answers: readonly SignInAnswer[]) => answers.map(({ code }) => code ?? 'in').sort();

describe('setting up a second factor', () => {
  it('answers a secret of 32 bytes, its address and its QR code, and takes no effect yet', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const { secret, otpauthUrl, qrCode, expiresAt, errors } = await setUp(token);
    expect(errors).toEqual([]);
    expect(secret).toMatch(/^[A-Z2-7]{52}$/);
    const url = new URL(otpauthUrl);
    expect(url.protocol).toBe('otpauth:');
    expect(Object.fromEntries(url.searchParams)).toEqual({ issuer: 'Kith', secret, algorithm: 'SHA1', digits: '6', period: '30' });
    expect(decodeURIComponent(url.pathname)).toContain(person.email);
    expect(Buffer.from(qrCode.slice('data:image/svg+xml;base64,'.length), 'base64').toString()).toMatch(/^<svg [^>]*>.*<\/svg>\s*$/s);
    expect(new Date(expiresAt).getTime() - clock.now().getTime()).toBe(10 * minute * 1_000);
    expect(await securityOf(token)).toEqual({ twoFactorEnabled: false, backupCodesLeft: null });
    expect((await trySignIn(graph, person.username)).accessToken).not.toBeNull();
  });

  it('keeps the secret encrypted, in a form that opens in its own row only', async () => {
    const [person, stranger] = [await aPerson(database), await aPerson(database)];
    const { secret } = await setUp(await signedIn(graph, person));
    const [row] = await database.owner<{ secret_encrypted: string }[]>`select secret_encrypted from sessions.second_factors where user_id = ${person.id}`;
    const encrypted = row?.secret_encrypted ?? '';
    const keys = new Map([[1, Buffer.from(encryptionKeys.split(':')[1] ?? '', 'base64')]]);
    expect(encrypted).not.toContain(secret);
    expect(decryptField(keys, `sessions.second_factors.secret:${person.id}`, encrypted)).toBe(secret);
    expect(() => decryptField(keys, `sessions.second_factors.secret:${stranger.id}`, encrypted)).toThrow();
  });

  it.each([
    { what: 'a second before 10 minutes it can be confirmed', wait: 10 * minute - 1, code: null },
    { what: 'after 10 minutes it cannot', wait: 10 * minute, code: 'CODE_EXPIRED' },
  ])('$what', async ({ wait, code }) => {
    const token = await signedIn(graph, await aPerson(database));
    const { secret } = await setUp(token);
    clock.advanceSeconds(wait);
    expect((await confirm(token, appCode(secret, clock))).errors[0]?.code ?? null).toBe(code);
    expect((await securityOf(token)).twoFactorEnabled).toBe(code === null);
  });

  it('is confirmed by a code of the app alone, and answers 10 backup codes that are kept hashed', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    expect((await confirm(token, '123456')).errors[0].code).toBe('TWO_FACTOR_NOT_SET_UP');
    const { secret } = await setUp(token);
    expect((await confirm(token, wrongAppCode(secret, clock))).errors[0]).toMatchObject({ code: 'CODE_INVALID', path: ['input', 'code'] });
    const { backupCodes, errors } = await confirm(token, appCode(secret, clock));
    expect(errors).toEqual([]);
    expect(new Set(backupCodes).size).toBe(10);
    for (const code of backupCodes) expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    expect(await securityOf(token)).toEqual({ twoFactorEnabled: true, backupCodesLeft: 10 });
    const rows = await database.owner<{ row: string }[]>`select b::text as row from sessions.backup_codes b where user_id = ${person.id}`;
    for (const code of backupCodes) expect(rows.some(({ row }) => row.includes(code) || row.includes(code.replace('-', '')))).toBe(false);
    expect(await alertsOf(database, person.id)).toEqual(['TWO_FACTOR_ENABLED LOW']);
  });

  it('begun twice, the secret shown last counts', async () => {
    const token = await signedIn(graph, await aPerson(database));
    const [first, second] = [await setUp(token), await setUp(token)];
    expect((await confirm(token, appCode(first.secret, clock))).errors[0]?.code).toBe('CODE_INVALID');
    expect((await confirm(token, appCode(second.secret, clock))).errors).toEqual([]);
  });

  it('confirmed many times at once, in two processes, takes effect once', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const { secret } = await setUp(token);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => confirm(token, appCode(secret, clock), either(index))));
    const [winner, ...more] = answers.filter(({ errors }) => errors.length === 0);
    expect(more).toEqual([]);
    clock.advanceSeconds(3 * minute);
    expect((await secondStep(graph, await firstStep(graph, person), winner.backupCodes[3])).code).toBeNull();
    expect(await alertsOf(database, person.id)).toContain('TWO_FACTOR_ENABLED LOW');
    expect((await securityOf(token)).backupCodesLeft).toBe(9);
  });

  it('needs the password, and is refused where there is one already', async () => {
    const token = await signedIn(graph, await aPerson(database));
    expect((await setUp(token, 'wrong')).errors[0]).toMatchObject({ code: 'INVALID_CREDENTIALS', path: ['input', 'password'] });
    const person = await aTwoFactorPerson(graph, database);
    expect(await setUp(person.token)).toMatchObject({ secret: null, otpauthUrl: null, qrCode: null, errors: [{ code: 'TWO_FACTOR_ENABLED' }] });
    expect((await secondStep(graph, await firstStep(graph, person), appCode(person.secret, clock))).code).toBeNull();
  });

  it('needs somebody who is signed in, as do confirming, switching off and new codes', async () => {
    for (const [mutation, input] of [
      ['userTwoFactorSetUp', { password: testPassword }],
      ['userTwoFactorConfirm', { code: '123456' }],
      ['userTwoFactorDisable', { password: testPassword, code: '123456' }],
      ['userBackupCodesRegenerate', { password: testPassword, code: '123456' }],
    ] as const) {
      await expect(codeOf(graph, mutation, input)).rejects.toThrow('UNAUTHENTICATED');
    }
  });
});

describe('signing in with a second factor', () => {
  it('answers nothing but a token for the second step, and opens no session', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const fields = 'accessToken expiresAt refreshToken refreshTokenExpiresAt twoFactorToken user { id } session { id } errors { code }';
    const before = await sessionsOf(person);
    const answer = await graph.ask(`mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { ${fields} } }`, { input: { login: person.username, password: testPassword, refreshTokenIn: 'COOKIE' } }, home);
    const { twoFactorToken, ...rest } = answer.data.sessionSignIn;
    expect(twoFactorToken).toMatch(/^kc_[A-Za-z0-9_-]{43}$/);
    expect(rest).toEqual({ accessToken: null, expiresAt: null, refreshToken: null, refreshTokenExpiresAt: null, user: null, session: null, errors: [] });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await sessionsOf(person)).toBe(before);
    const rows = await database.owner`select c::text as row from sessions.two_factor_challenges c where user_id = ${person.id}`;
    expect(rows.some(({ row }) => String(row).includes(twoFactorToken.slice(3)))).toBe(false);
  });

  it('opens nothing else with that token: it is no access token, no refresh token and no reset token', async () => {
    const token = await firstStep(graph, await aTwoFactorPerson(graph, database));
    expect(await whoIs(graph, token)).toBe('UNAUTHENTICATED');
    expect(await codeOf(graph, 'sessionRefresh', { refreshToken: token })).toBe('REFRESH_TOKEN_INVALID');
    expect(await codeOf(graph, 'userPasswordReset', { token, newPassword: 'Lantern-orbit-57-quiet' })).toBe('RESET_TOKEN_INVALID');
    expect((await graph.ask('{ me { id } currentSession { id } }')).data).toEqual({ me: null, currentSession: null });
  });

  it('is completed by a code of the app: a session, the person in the same answer, one line of history', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const twoFactorToken = await firstStep(graph, person);
    const payload = await mutate(
      graph,
      'sessionTwoFactorComplete',
      { twoFactorToken, code: appCode(person.secret, clock) },
      'accessToken refreshToken user { username } session { id } errors { code }',
      home,
    );
    expect(payload).toMatchObject({ user: { username: person.username }, errors: [] });
    expect(payload.refreshToken).toMatch(/^kr_/);
    expect(await whoIs(graph, payload.accessToken)).toBe(person.username);
    expect(await historyOf(database, person.id)).toEqual(['OK', 'OK']);
  });

  it('remembers from the first step what was asked for: tenant and how long; the second says where the token goes', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const { twoFactorToken } = await trySignIn(graph, person.username, testPassword, home, { rememberMe: true });
    const answer = await graph.ask(
      'mutation ($input: SessionTwoFactorCompleteInput!) { sessionTwoFactorComplete(input: $input) { refreshToken session { id } errors { code } } }',
      { input: { twoFactorToken, code: appCode(person.secret, clock), refreshTokenIn: 'COOKIE' } },
      home,
    );
    const { refreshToken, session } = answer.data.sessionTwoFactorComplete;
    expect(refreshToken).toBeNull();
    expect(answer.headers.get('set-cookie')).toMatch(/^kith_refresh=kr_/);
    const [row] = await database.owner`select remember, tenant_id is not null as in_tenant from sessions.sessions where id = ${session.id}`;
    expect(row).toEqual({ remember: true, in_tenant: true });
  });

  it.each([
    { what: 'a second before 5 minutes', wait: 5 * minute - 1, code: null },
    { what: 'not after 5 minutes', wait: 5 * minute, code: 'CODE_EXPIRED' },
  ])('can be completed $what', async ({ wait, code }) => {
    const person = await aTwoFactorPerson(graph, database);
    const token = await firstStep(graph, person);
    clock.advanceSeconds(wait);
    expect((await secondStep(graph, token, appCode(person.secret, clock))).code).toBe(code);
  });

  it('can be completed once', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const token = await firstStep(graph, person);
    expect((await secondStep(graph, token, appCode(person.secret, clock))).code).toBeNull();
    clock.advanceSeconds(step);
    expect((await secondStep(graph, token, appCode(person.secret, clock))).code).toBe('CODE_EXPIRED');
  });

  it.each(['', 'kc_', `kc_${'A'.repeat(43)}`, `kr_${'A'.repeat(43)}`])('is refused with a token that was never given: %s', async (token) => {
    expect((await secondStep(graph, token, '123456')).code).toBe('CODE_EXPIRED');
  });

  it('is refused when the account was suspended between the two steps', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const token = await firstStep(graph, person);
    await database.owner`update users.people set status = 'SUSPENDED', suspended_until = ${new Date(clock.now().getTime() + 86_400_000)} where id = ${person.id}`;
    expect((await secondStep(graph, token, appCode(person.secret, clock))).code).toBe('ACCOUNT_SUSPENDED');
    expect(await historyOf(database, person.id)).toEqual(['OK', 'ACCOUNT_SUSPENDED']);
  });

  it('goes on after a restart between the two steps', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const before = await start();
    const token = await firstStep(before, person);
    await before.stop();
    const after = await start();
    expect((await secondStep(after, token, appCode(person.secret, clock))).code).toBeNull();
    await after.stop();
  });

  it('goes on after a restart between setting up and confirming', async () => {
    const token = await signedIn(graph, await aPerson(database));
    const { secret } = await setUp(token);
    const after = await start();
    expect((await confirm(token, appCode(secret, clock), after)).errors).toEqual([]);
    await after.stop();
  });
});

describe('a code of the app', () => {
  it.each([
    { off: -3, code: 'CODE_INVALID' },
    { off: -2, code: null },
    { off: -1, code: null },
    { off: 0, code: null },
    { off: 1, code: null },
    { off: 2, code: null },
    { off: 3, code: 'CODE_INVALID' },
  ])('of a clock that is $off steps off brings $code', async ({ off, code }) => {
    const person = await aTwoFactorPerson(graph, database);
    expect((await secondStep(graph, await firstStep(graph, person), appCode(person.secret, clock, off))).code).toBe(code);
  });

  it('may be written with spaces', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const code = appCode(person.secret, clock);
    expect((await secondStep(graph, await firstStep(graph, person), ` ${code.slice(0, 3)} ${code.slice(3)} `)).code).toBeNull();
  });

  it('works once, and after it none of an earlier step', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const present = appCode(person.secret, clock);
    expect((await secondStep(graph, await firstStep(graph, person), present)).code).toBeNull();
    expect((await secondStep(graph, await firstStep(graph, person), present)).code).toBe('CODE_INVALID');
    expect((await secondStep(graph, await firstStep(graph, person), appCode(person.secret, clock, -1))).code).toBe('CODE_INVALID');
    expect((await secondStep(graph, await firstStep(graph, person), appCode(person.secret, clock, 1))).code).toBeNull();
  });

  it('works once for any number who give it at once, in two processes, each with a token of their own', async () => {
    const person = await aTwoFactorPerson(graph, database);
    for (let round = 0; round < 5; round += 1) {
      const tokens = await Promise.all(Array.from({ length: 5 }, (_, index) => firstStep(either(index), person)));
      const code = appCode(person.secret, clock);
      const answers = await Promise.all(tokens.map((token, index) => secondStep(either(index), token, code)));
      expect(codes(answers)).toEqual(['CODE_INVALID', 'CODE_INVALID', 'CODE_INVALID', 'CODE_INVALID', 'in']);
      // The four that failed are no reason to refuse the next round.
      clock.advanceSeconds(15 * minute + 1);
    }
  });

  it('would work more than once, were the step not looked at: the two tests above can fail', async () => {
    const weak = await start((text) => text.replace(/"sessions"\."second_factors"\."last_step" < \$(\d+)/, '$$$1::bigint is not null').replace('"last_step" from', '0::bigint as "last_step" from'));
    const person = await aTwoFactorPerson(weak, database);
    const code = appCode(person.secret, clock);
    for (let index = 0; index < 2; index += 1) expect((await secondStep(weak, await firstStep(weak, person), code)).code).toBeNull();
    await weak.stop();
  });
});

describe('a backup code', () => {
  it('does in place of the app, once, with or without the hyphen, in whatever case', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const [first = '', second = ''] = person.backupCodes;
    expect((await secondStep(graph, await firstStep(graph, person), first)).code).toBeNull();
    expect((await secondStep(graph, await firstStep(graph, person), first)).code).toBe('CODE_INVALID');
    expect((await secondStep(graph, await firstStep(graph, person), ` ${second.replace('-', '').toLowerCase()} `)).code).toBeNull();
    expect((await securityOf(person.token)).backupCodesLeft).toBe(8);
    expect((await alertsOf(database, person.id)).filter((alert) => alert === 'BACKUP_CODE_USED MEDIUM')).toHaveLength(2);
  });

  it("of somebody else does not", async () => {
    const [person, stranger] = [await aTwoFactorPerson(graph, database), await aTwoFactorPerson(graph, database)];
    expect((await secondStep(graph, await firstStep(graph, person), stranger.backupCodes[0] ?? '')).code).toBe('CODE_INVALID');
  });

  it('works once for any number who give it at once, in two processes, each with a token of their own', async () => {
    const person = await aTwoFactorPerson(graph, database);
    for (const code of person.backupCodes.slice(0, 5)) {
      const tokens = await Promise.all(Array.from({ length: 5 }, (_, index) => firstStep(either(index), person)));
      const answers = await Promise.all(tokens.map((token, index) => secondStep(either(index), token, code)));
      expect(codes(answers)).toEqual(['CODE_INVALID', 'CODE_INVALID', 'CODE_INVALID', 'CODE_INVALID', 'in']);
      // The four that failed are no reason to refuse the next round.
      clock.advanceSeconds(15 * minute + 1);
    }
    expect((await securityOf(await freshToken(person))).backupCodesLeft).toBe(5);
  });

  it('would work more than once, were its use not looked at: the test above can fail', async () => {
    const weak = await start((text) => text.replaceAll('"sessions"."backup_codes"."used_at" is null', 'true'));
    const person = await aTwoFactorPerson(weak, database);
    for (let index = 0; index < 2; index += 1) expect((await secondStep(weak, await firstStep(weak, person), person.backupCodes[0] ?? '')).code).toBeNull();
    await weak.stop();
  });
});

describe('wrong codes', () => {
  const attemptsSpent = async (person: TestPerson): Promise<number> =>
    (await database.owner<{ spent: number }[]>`select coalesce(sum(5 - attempts_left), 0)::int as spent from sessions.two_factor_challenges where user_id = ${person.id}`)[0]?.spent ?? 0;
  const looked = async (person: TestPerson): Promise<number> => (await historyOf(database, person.id)).filter((outcome) => outcome === 'WRONG_CODE').length;

  it('are 5 for a token: after that not even the right one is looked at', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const token = await firstStep(graph, person);
    for (let index = 0; index < 5; index += 1) expect((await secondStep(graph, token, wrongAppCode(person.secret, clock))).code).toBe('CODE_INVALID');
    expect((await secondStep(graph, token, appCode(person.secret, clock))).code).toBe('TOO_MANY_ATTEMPTS');
    expect(await historyOf(database, person.id)).toEqual(['OK', ...Array.from({ length: 5 }, () => 'WRONG_CODE')]);
  });

  it('of 100 at once, in two processes, on one token, exactly 5 are looked at', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const token = await firstStep(graph, person, elsewhere);
    const code = wrongAppCode(person.secret, clock);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => secondStep(either(index), token, code, elsewhere)));
    expect(codes(answers).filter((found) => found === 'CODE_INVALID')).toHaveLength(5);
    expect(codes(answers).filter((found) => found === 'TOO_MANY_ATTEMPTS')).toHaveLength(95);
    expect(await looked(person)).toBe(5);
  });

  it('of 100 at once over 20 tokens, 15 aliases a request, exactly 5 are looked at: the budget is the account\'s', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => firstStep(either(index), person, elsewhere)));
    const code = wrongAppCode(person.secret, clock);
    const tries = Array.from({ length: 100 }, (_, index) => tokens[index % 20] ?? '');
    const requests = Array.from({ length: 7 }, (_, index) => tries.slice(index * 15, index * 15 + 15));
    const answers = await Promise.all(
      requests.map(async (some, index) => {
        const fields = some.map((token, alias) => `a${alias}: sessionTwoFactorComplete(input: { twoFactorToken: "${token}", code: "${code}" }) { errors { code } }`);
        const { data } = await either(index).ask(`mutation { ${fields.join(' ')} }`, {}, elsewhere);
        return Object.values(data as Record<string, { errors: { code: string }[] }>).map(({ errors }) => errors[0]?.code);
      }),
    );
    expect(answers.flat().filter((found) => found === 'CODE_INVALID')).toHaveLength(5);
    expect(answers.flat().filter((found) => found === 'TOO_MANY_ATTEMPTS')).toHaveLength(95);
    expect(await looked(person)).toBe(5);
    expect(await attemptsSpent(person)).toBeLessThanOrEqual(100);
  });

  it('would all be looked at, were the budget not looked at: the two tests above can fail', async () => {
    const weak = await start((text) => text.replace(/"attempts_left" > \$(\d+)/, '"attempts_left" > $$$1 - 1000').replace(/set "attempts_left" = [^ ]+ - 1/, 'set "attempts_left" = 5').replace(/where "sessions"\."lockouts"\."locked_until" is null or "sessions"\."lockouts"\."locked_until" <= \$(\d+)/, 'where $$$1::timestamptz is not null'));
    const person = await aTwoFactorPerson(weak, database);
    const token = await firstStep(weak, person);
    const code = wrongAppCode(person.secret, clock);
    const answers = await Promise.all(Array.from({ length: 20 }, () => secondStep(weak, token, code)));
    expect(codes(answers).filter((found) => found === 'CODE_INVALID')).toHaveLength(20);
    await weak.stop();
  });

  it('lock the account for who knows the password, 15 minutes, but not a known device', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const token = await firstStep(graph, person, elsewhere);
    for (let index = 0; index < 5; index += 1) await secondStep(graph, token, wrongAppCode(person.secret, clock), elsewhere);
    expect((await trySignIn(graph, person.username, testPassword, elsewhere)).code).toBe('ACCOUNT_LOCKED');
    expect(await alertsOf(database, person.id)).toContain('ACCOUNT_LOCKED HIGH');
    expect((await secondStep(graph, await firstStep(graph, person, home), appCode(person.secret, clock), home)).code).toBeNull();
    clock.advanceSeconds(15 * minute);
    expect((await secondStep(graph, await firstStep(graph, person, elsewhere), appCode(person.secret, clock), elsewhere)).code).toBeNull();
  });

  it('are forgotten by a right one, be it the fifth', async () => {
    const person = await aTwoFactorPerson(graph, database);
    for (let round = 0; round < 3; round += 1) {
      const token = await firstStep(graph, person, elsewhere);
      for (let index = 0; index < 4; index += 1) await secondStep(graph, token, wrongAppCode(person.secret, clock), elsewhere);
      expect((await secondStep(graph, token, appCode(person.secret, clock), elsewhere)).code).toBeNull();
      clock.advanceSeconds(3 * minute);
    }
    expect(await alertsOf(database, person.id)).not.toContain('ACCOUNT_LOCKED HIGH');
  });

  it('and wrong passwords draw on one budget; the right password alone gives none of it back', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const from = machine('192.0.2.40', 'curl/8.9.1');
    for (let index = 0; index < 3; index += 1) expect((await trySignIn(graph, person.username, 'wrong', from)).code).toBe('INVALID_CREDENTIALS');
    const token = await firstStep(graph, person, from);
    for (let index = 0; index < 2; index += 1) expect((await secondStep(graph, token, wrongAppCode(person.secret, clock), from)).code).toBe('CODE_INVALID');
    expect((await secondStep(graph, token, appCode(person.secret, clock), from)).code).toBe('TOO_MANY_ATTEMPTS');
  });
});

describe('switching the second factor off', () => {
  const disable = (person: TwoFactorPerson, input: object) => mutate(graph, 'userTwoFactorDisable', input, `security { ${security} } errors { code message path }`, { token: person.token });

  it('takes password and a code of the app, and makes the password enough again', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const outstanding = await firstStep(graph, person);
    const { security: now, errors } = await disable(person, { password: testPassword, code: appCode(person.secret, clock) });
    expect({ now, errors }).toEqual({ now: { twoFactorEnabled: false, backupCodesLeft: null }, errors: [] });
    expect((await trySignIn(graph, person.username)).accessToken).not.toBeNull();
    expect((await secondStep(graph, outstanding, appCode(person.secret, clock, 1))).code).toBe('CODE_EXPIRED');
    expect(await alertsOf(database, person.id)).toContain('TWO_FACTOR_DISABLED HIGH');
    expect(await database.owner`select user_id from sessions.backup_codes where user_id = ${person.id}`).toHaveLength(0);
  });

  it('takes a backup code as well', async () => {
    const person = await aTwoFactorPerson(graph, database);
    expect((await disable(person, { password: testPassword, code: person.backupCodes[9] })).errors).toEqual([]);
  });

  it.each([
    ['the password is wrong', (person: TwoFactorPerson) => ({ password: 'wrong', code: appCode(person.secret, clock) }), 'INVALID_CREDENTIALS'],
    ['the code is wrong', (person: TwoFactorPerson) => ({ password: testPassword, code: wrongAppCode(person.secret, clock) }), 'CODE_INVALID'],
    ['the code is none', () => ({ password: testPassword, code: 'x'.repeat(10_000) }), 'CODE_INVALID'],
  ])('is refused when %s, and it stays on', async (_, input, code) => {
    const person = await aTwoFactorPerson(graph, database);
    expect(await disable(person, input(person))).toMatchObject({ security: null, errors: [{ code }] });
    expect((await trySignIn(graph, person.username)).accessToken).toBeNull();
  });

  it('is refused where there is none', async () => {
    const token = await signedIn(graph, await aPerson(database));
    expect(await codeOf(graph, 'userTwoFactorDisable', { password: testPassword, code: '123456' }, { token })).toBe('TWO_FACTOR_NOT_SET_UP');
    expect(await codeOf(graph, 'userBackupCodesRegenerate', { password: testPassword, code: '123456' }, { token })).toBe('TWO_FACTOR_NOT_SET_UP');
  });

  it('looks at exactly 5 of 40 wrong codes given at once in a session that was stolen', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const input = { password: testPassword, code: wrongAppCode(person.secret, clock) };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => codeOf(either(index), 'userTwoFactorDisable', input, { token: person.token })));
    expect(answers.filter((code) => code === 'CODE_INVALID')).toHaveLength(5);
    expect(answers.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(35);
    expect((await secondStep(graph, await firstStep(graph, person), appCode(person.secret, clock))).code).toBeNull();
  });
});

describe('new backup codes', () => {
  const regenerate = (person: TwoFactorPerson, input: object) => mutate(graph, 'userBackupCodesRegenerate', input, 'backupCodes errors { code }', { token: person.token });

  it('take the place of the old ones', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const { backupCodes, errors } = await regenerate(person, { password: testPassword, code: appCode(person.secret, clock) });
    expect(errors).toEqual([]);
    expect(new Set([...backupCodes, ...person.backupCodes]).size).toBe(20);
    expect((await secondStep(graph, await firstStep(graph, person), person.backupCodes[0] ?? '')).code).toBe('CODE_INVALID');
    expect((await secondStep(graph, await firstStep(graph, person), backupCodes[0])).code).toBeNull();
  });

  it.each([
    ['a wrong password', (person: TwoFactorPerson) => ({ password: 'wrong', code: appCode(person.secret, clock) }), 'INVALID_CREDENTIALS'],
    ['a wrong code', (person: TwoFactorPerson) => ({ password: testPassword, code: wrongAppCode(person.secret, clock) }), 'CODE_INVALID'],
    ['a backup code', (person: TwoFactorPerson) => ({ password: testPassword, code: person.backupCodes[0] }), 'CODE_INVALID'],
  ])('are not given for %s', async (_, input, code) => {
    const person = await aTwoFactorPerson(graph, database);
    expect(await regenerate(person, input(person))).toEqual({ backupCodes: null, errors: [{ code }] });
    expect((await securityOf(person.token)).backupCodesLeft).toBe(10);
  });
});

const sessionsOf = async (person: TestPerson): Promise<number> => (await database.owner`select id from sessions.sessions where user_id = ${person.id}`).length;

/** A token of a session that is still young. */
async function freshToken(person: TwoFactorPerson): Promise<string> {
  const { accessToken } = await secondStep(graph, await firstStep(graph, person), appCode(person.secret, clock));
  return accessToken ?? '';
}
