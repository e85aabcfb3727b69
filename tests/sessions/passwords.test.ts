import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { latestMail, mailsTo } from '../harness/mailbox.ts';
import { mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';
import { aPerson, aTwoFactorPerson, alertsOf, appCode, codeOf, elsewhere, firstStep, guess, home, secondStep, signedIn, testConditions, trySignIn } from './securityActs.ts';
import { whoIs } from './sessionActs.ts';

const clock = testClock();
const newPassword = 'Lantern-orbit-57-quiet';
const publicUrl = 'https://graph.kith.test';

let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;

const start = (rewrite?: (text: string) => string) => startGraph(database.url, { clock, environment: { ...testConditions, PUBLIC_URL: publicUrl }, rewrite });

beforeAll(async () => {
  database = await testDatabase('migrated');
  [graph, other] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const passwordOf = async (person: TestPerson, password: string): Promise<string | null> => (await trySignIn(graph, person.username, password, home)).code;
const eventsAbout = (person: TestPerson, name: string) => database.owner`select payload from kith.events where name = ${name} and user_id = ${person.id} order by occurred_at`;
const hashOf = async (person: TestPerson): Promise<string> => (await database.owner`select password_hash from sessions.credentials where user_id = ${person.id}`)[0]?.['password_hash'];

describe('passwordStrength', () => {
  const ask = async (password: string, personal?: string[]) =>
    (await graph.ask('query ($password: String!, $personal: [String!]) { passwordStrength(password: $password, personal: $personal) { score accepted problems suggestions } }', { password, personal })).data.passwordStrength;

  it('says to anybody what is thought of a password, and why', async () => {
    expect(await ask(newPassword)).toEqual({ score: 100, accepted: true, problems: [], suggestions: [] });
    expect(await ask('Password123!')).toMatchObject({ score: 80, accepted: false, problems: ['It is close to a common password.'] });
    expect(await ask(newPassword, ['lantern'])).toMatchObject({ accepted: false, problems: ['It holds your name or your address.'] });
  });

  it('keeps nobody else waiting, under as many aliases as there may be', async () => {
    const fields = Array.from({ length: 15 }, (_, index) => `p${index}: passwordStrength(password: "${'1987'.repeat(32)}") { score }`).join(' ');
    await graph.ask(`{ ${fields} }`);
    const order: string[] = [];
    const asked = graph.ask(`{ ${fields} }`).then(() => order.push('fifteen passwords'));
    await graph.ask('{ __typename }').then(() => order.push('somebody else'));
    await asked;
    expect(order).toEqual(['somebody else', 'fifteen passwords']);
  });
});

describe('changing a password', () => {
  const change = (token: string | undefined, input: object = {}) => codeOf(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword, ...input }, { ...home, ...(token === undefined ? {} : { token }) });

  it('needs somebody who is signed in', async () => {
    await expect(change(undefined)).rejects.toThrow('UNAUTHENTICATED');
  });

  it('lets the new one in and the old one no more, keeps this session and ends all others', async () => {
    const person = await aPerson(database);
    const [here, there] = [await signedIn(graph, person, home), await signedIn(graph, person, elsewhere)];
    clock.advanceSeconds(60);
    const { user, errors } = await mutate(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword }, 'user { username security { passwordChangedAt } } errors { code }', { token: here });
    expect({ user, errors }).toEqual({ user: { username: person.username, security: { passwordChangedAt: clock.now().toISOString() } }, errors: [] });
    expect(await whoIs(graph, here)).toBe(person.username);
    await eventually(() => whoIs(graph, there), (who) => who === 'UNAUTHENTICATED');
    expect(await passwordOf(person, testPassword)).toBe('INVALID_CREDENTIALS');
    expect(await passwordOf(person, newPassword)).toBeNull();
  });

  it('raises PASSWORD_CHANGED, tells of it as an event, and mails', async () => {
    const person = await aPerson(database);
    await change(await signedIn(graph, person));
    expect(await alertsOf(database, person.id)).toEqual(['PASSWORD_CHANGED MEDIUM']);
    expect((await eventsAbout(person, 'user.password_changed')).map(({ payload }) => payload)).toEqual([{ byReset: false }]);
    const mail = await latestMail(database, person.email);
    expect(mail.template).toBe('password_changed');
    expect(mail.text).toContain(`${publicUrl}/password-reset`);
  });

  it.each([
    ['the present password is wrong', { currentPassword: 'wrong' }, 'INVALID_CREDENTIALS', ['input', 'currentPassword']],
    ['the new one is too short', { newPassword: 'Short-7' }, 'PASSWORD_TOO_WEAK', ['input', 'newPassword']],
    ['the new one is common', { newPassword: 'P@ssw0rd2024!' }, 'PASSWORD_TOO_WEAK', ['input', 'newPassword']],
    ['the new one is too long', { newPassword: newPassword.repeat(6) }, 'PASSWORD_TOO_WEAK', ['input', 'newPassword']],
  ])('is refused, and changes nothing, when %s', async (_, input, code, path) => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const payload = await mutate(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword, ...input }, 'user { id } errors { code message path }', { token });
    expect(payload).toMatchObject({ user: null, errors: [{ code, path }] });
    expect(await passwordOf(person, testPassword)).toBeNull();
    expect(await alertsOf(database, person.id)).toEqual([]);
  });

  it('is refused when the new one holds the name or the address, and the refusal says so and what would help', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const { errors } = await mutate(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword: `Orbit-${person.username}-57` }, 'errors { code message }', { token });
    expect(errors[0]).toMatchObject({ code: 'PASSWORD_TOO_WEAK' });
    expect(errors[0].message).toContain('It holds your name or your address.');
    expect(errors[0].message).toContain('Leave out what has to do with you.');
  });

  it('happens once when several are asked for at once', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const codes = await Promise.all(
      Array.from({ length: 6 }, (_, index) => codeOf(index % 2 === 0 ? graph : other, 'userPasswordChange', { currentPassword: testPassword, newPassword: `${newPassword}-${index}` }, { token })),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(await alertsOf(database, person.id)).toEqual(['PASSWORD_CHANGED MEDIUM']);
  });

  it('leaves no session to who signs in with the old one at that very moment', async () => {
    const person = await aPerson(database);
    const token = await signedIn(graph, person);
    const storm = Array.from({ length: 12 }, (_, index) => trySignIn(index % 2 === 0 ? graph : other, person.username, testPassword, elsewhere));
    const changed = change(token);
    await Promise.all([...storm, changed]);
    expect(await changed).toBeNull();
    const left = await database.owner`select id from sessions.sessions where user_id = ${person.id} and revoked_at is null`;
    expect(left).toHaveLength(1);
  });

  it('voids what the old one had begun: a second step that is outstanding, and a mail on its way', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const outstanding = await firstStep(graph, person);
    const token = await mailedToken(person);
    expect(await change(person.token)).toBeNull();
    expect((await secondStep(graph, outstanding, appCode(person.secret, clock))).code).toBe('CODE_EXPIRED');
    expect(await codeOf(graph, 'userPasswordReset', { token, newPassword: `${newPassword}!` })).toBe('RESET_TOKEN_INVALID');
  });
});

const request = (email: string, at: TestGraph = graph) => mutate(at, 'userPasswordResetRequest', { email }, 'errors { code message path }');
const resets = async (person: TestPerson) => (await mailsTo(database, person.email)).filter(({ template }) => template === 'password_reset');

/** Asks for a mail and answers the token it brings. */
async function mailedToken(person: TestPerson, at: TestGraph = graph): Promise<string> {
  const before = (await resets(person)).length;
  await request(person.email, at);
  const [mail] = await eventually(() => resets(person), (mails) => mails.length > before);
  const token = /#token=(kp_[\w-]+)/.exec(mail?.text ?? '')?.[1];
  if (token === undefined) throw new Error(`the mail holds no token: ${mail?.text}`);
  return token;
}

describe('asking for a new password', () => {
  it('mails a link of 256 random bits to the configured address, and keeps its hash alone', async () => {
    const person = await aPerson(database);
    const token = await mailedToken(person);
    expect(token).toMatch(/^kp_[A-Za-z0-9_-]{43}$/);
    const [mail] = await resets(person);
    expect(mail?.text).toContain(`${publicUrl}/password-reset#token=${token}`);
    expect(mail?.html).toContain(`${publicUrl}/password-reset#token=${token}`);
    const rows = await database.owner`select token_hash, expires_at - requested_at as life, t::text as everything from sessions.password_resets t where user_id = ${person.id}`;
    expect(rows).toHaveLength(1);
    expect(rows[0]?.['token_hash']).toEqual(createHash('sha256').update(token).digest());
    expect(rows[0]?.['everything']).not.toContain(token.slice(3));
    const events = await database.owner`select e::text as everything from kith.events e where user_id = ${person.id}`;
    expect(events.some(({ everything }) => String(everything).includes(token))).toBe(false);
  });

  it('does not take the link from the Host header', async () => {
    const person = await aPerson(database);
    await mutate(graph, 'userPasswordResetRequest', { email: person.email }, 'errors { code }', { headers: { 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' } });
    const [mail] = await eventually(() => resets(person), (mails) => mails.length > 0);
    expect(mail?.text).not.toContain('evil.test');
    expect(mail?.text).toContain(publicUrl);
  });

  it('knows the address in whatever case, and nobody by their username', async () => {
    const person = await aPerson(database);
    await request(person.username);
    await request(` ${person.email.toUpperCase()} `);
    await eventually(() => resets(person), (mails) => mails.length === 1);
    await allJobsDone();
    expect(await resets(person)).toHaveLength(1);
  });

  it.each([
    { what: 'the fourth within the hour is not', wait: 3_599, mails: 3 },
    { what: 'an hour after the first, the next is', wait: 3_600, mails: 4 },
  ])('is answered by at most 3 mails an hour: $what', async ({ wait, mails }) => {
    const person = await aPerson(database);
    for (let index = 0; index < 3; index += 1) await request(person.email, index % 2 === 0 ? graph : other);
    clock.advanceSeconds(wait);
    expect(await request(person.email)).toEqual({ errors: [] });
    await allJobsDone();
    expect(await resets(person)).toHaveLength(mails);
  });

  it('sends 3 of 20 asked for at once, in two processes', async () => {
    const person = await aPerson(database);
    await Promise.all(Array.from({ length: 20 }, (_, index) => request(person.email, index % 2 === 0 ? graph : other)));
    await allJobsDone();
    expect(await resets(person)).toHaveLength(3);
  });

  it('answers the same, by the same statements, whether anybody goes by the address or not, and says nothing of a limit', async () => {
    const person = await aPerson(database);
    for (let index = 0; index < 4; index += 1) {
      const seen = [];
      for (const email of [person.email, `nobody-${person.username}@kith.test`]) {
        graph.statements.reset();
        const answer = await graph.ask('mutation ($input: UserPasswordResetRequestInput!) { userPasswordResetRequest(input: $input) { errors { code } } }', { input: { email } });
        seen.push({ status: answer.status, data: answer.data, sent: graph.statements.sent.filter((text) => !/graphile_worker|mail|event_of_job|handle_once|addressee|"password_resets"/.test(text)) });
      }
      expect(seen[1]).toEqual(seen[0]);
      await allJobsDone();
    }
  });

  /** Everything that was queued has been done. */
  const allJobsDone = () => eventually(async () => (await database.owner`select id from graphile_worker._private_jobs where attempts < max_attempts`).length, (left) => left === 0);
});

describe('choosing a new password by mail', () => {
  const reset = (token: string, password = newPassword, at: TestGraph = graph) => codeOf(at, 'userPasswordReset', { token, newPassword: password });

  it('lets the new one in and the old one no more, ends every session, and unlocks', async () => {
    const person = await aPerson(database);
    const here = await signedIn(graph, person, home);
    await guess(graph, person.username, 6, elsewhere);
    await guess(graph, person.email, 6, elsewhere);
    await guess(graph, person.username, 6, home);
    expect(await mutate(graph, 'userPasswordReset', { token: await mailedToken(person), newPassword }, 'changed errors { code }')).toEqual({ changed: true, errors: [] });
    await eventually(() => whoIs(graph, here), (who) => who === 'UNAUTHENTICATED');
    expect((await trySignIn(graph, person.username, testPassword, elsewhere)).code).toBe('INVALID_CREDENTIALS');
    expect((await trySignIn(graph, person.username, newPassword, elsewhere)).code).toBeNull();
    expect((await trySignIn(graph, person.email, newPassword, home)).code).toBeNull();
  });

  it('raises PASSWORD_CHANGED, tells of it as an event, and mails', async () => {
    const person = await aPerson(database);
    await reset(await mailedToken(person));
    expect(await alertsOf(database, person.id)).toEqual(['PASSWORD_CHANGED MEDIUM']);
    expect((await eventsAbout(person, 'user.password_changed')).map(({ payload }) => payload)).toEqual([{ byReset: true }]);
    const mails = await eventually(() => mailsTo(database, person.email), (all) => all.length === 2);
    expect(mails.map(({ template }) => template).sort()).toEqual(['password_changed', 'password_reset']);
  });

  it.each([
    { what: 'for an hour', wait: 3_599, code: null },
    { what: 'and not a second longer', wait: 3_600, code: 'RESET_TOKEN_INVALID' },
  ])('works $what', async ({ wait, code }) => {
    const person = await aPerson(database);
    const token = await mailedToken(person);
    clock.advanceSeconds(wait);
    expect(await reset(token)).toBe(code);
    expect(await passwordOf(person, newPassword)).toBe(code === null ? null : 'INVALID_CREDENTIALS');
  });

  it.each(['', 'kp_', `kp_${'A'.repeat(43)}`, `kr_${'A'.repeat(43)}`, 'x'.repeat(5_000)])('is refused with a token that was never mailed: %s', async (token) => {
    expect(await reset(token)).toBe('RESET_TOKEN_INVALID');
  });

  it('works once, also when it is asked for many times at once, in two processes', async () => {
    const person = await aPerson(database);
    const token = await mailedToken(person);
    const codes = await Promise.all(Array.from({ length: 10 }, (_, index) => reset(token, `${newPassword}-${index}`, index % 2 === 0 ? graph : other)));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'RESET_TOKEN_INVALID')).toHaveLength(9);
    expect(await reset(token)).toBe('RESET_TOKEN_INVALID');
  });

  it('would work more than once, were its use not looked at: the test above can fail', async () => {
    const weak = await start((text) => text.startsWith('delete') ? text : text.replaceAll('"sessions"."password_resets"."used_at" is null', 'true'));
    const person = await aPerson(database);
    const token = await mailedToken(person, weak);
    expect([await reset(token, newPassword, weak), await reset(token, `${newPassword}!`, weak)]).toEqual([null, null]);
    await weak.stop();
  });

  it('voids the other mails of the same person', async () => {
    const person = await aPerson(database);
    const [first, second] = [await mailedToken(person), await mailedToken(person)];
    expect(await reset(first)).toBeNull();
    expect(await reset(second, `${newPassword}!`)).toBe('RESET_TOKEN_INVALID');
  });

  it('refuses a weak one, one that holds the name as well, and the token still works', async () => {
    const person = await aPerson(database);
    const token = await mailedToken(person);
    expect(await reset(token, 'Password123!')).toBe('PASSWORD_TOO_WEAK');
    expect(await reset(token, `Orbit-${person.username}-57`)).toBe('PASSWORD_TOO_WEAK');
    expect(await reset(token)).toBeNull();
  });

  it('does not get round the second factor', async () => {
    const person = await aTwoFactorPerson(graph, database);
    const outstanding = await firstStep(graph, person);
    expect(await reset(await mailedToken(person))).toBeNull();
    expect((await secondStep(graph, outstanding, appCode(person.secret, clock))).code).toBe('CODE_EXPIRED');
    const { accessToken, twoFactorToken } = await trySignIn(graph, person.username, newPassword, home);
    expect(accessToken).toBeNull();
    expect((await secondStep(graph, twoFactorToken ?? '', appCode(person.secret, clock))).code).toBeNull();
  });

  it('goes on after a restart between the mail and the choice', async () => {
    const person = await aPerson(database);
    const before = await start();
    const token = await mailedToken(person, before);
    await before.stop();
    const after = await start();
    expect(await reset(token, newPassword, after)).toBeNull();
    await after.stop();
    expect(await passwordOf(person, newPassword)).toBeNull();
  });
});

describe('signing in hashes a password anew', () => {
  const keep = (person: TestPerson, hash: string) => database.owner`update sessions.credentials set password_hash = ${hash} where user_id = ${person.id}`;
  const imported = 'pbkdf2_sha256$260000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=';

  it('that was imported, once, without its being changed for the person', async () => {
    const person = await aPerson(database);
    await keep(person, imported);
    expect(await passwordOf(person, 'wrong')).toBe('INVALID_CREDENTIALS');
    expect(await hashOf(person)).toBe(imported);
    const answers = await Promise.all(Array.from({ length: 4 }, (_, index) => trySignIn(index % 2 === 0 ? graph : other, person.username, 'l\u{e8}tmein', home)));
    expect(answers.map(({ code }) => code)).toEqual([null, null, null, null]);
    const rehashed = await hashOf(person);
    expect(rehashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwordOf(person, 'l\u{e8}tmein')).toBeNull();
    expect(await hashOf(person)).toBe(rehashed);
    expect(await alertsOf(database, person.id)).toEqual([]);
  });

  it('that was made with other parameters', async () => {
    const person = await aPerson(database);
    const stronger = await startGraph(database.url, { clock, environment: { ...testConditions, ARGON2_PASSES: '3' } });
    expect((await trySignIn(stronger, person.username, testPassword, home)).code).toBeNull();
    expect(await hashOf(person)).toMatch(/^\$argon2id\$v=19\$m=19456,t=3,p=1\$/);
    await stronger.stop();
  });
});
