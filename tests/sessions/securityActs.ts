import { Secret, TOTP } from 'otpauth';
import type { AskOptions, TestGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import type { TestClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import type { TestPerson } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';

/** Has the graph believe the address a test says it asks from, and refuse sign-ins without waiting for a round moment. */
export const testConditions = { TRUSTED_PROXIES: '127.0.0.1', SIGN_IN_REFUSAL_MS: '1' };

/** A machine to ask from: an address, and what it says of itself. */
export function machine(address: string, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'): AskOptions {
  return { headers: { 'x-forwarded-for': address, 'user-agent': userAgent } };
}

/** A machine with an address of its own, and with a browser of its own. Addresses are those of documentation (RFC 5737, RFC 3849). */
export const home = machine('203.0.113.7');
export const elsewhere = machine('198.51.100.23', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15');

let made = 0;

/** Makes a person nobody has touched yet, with the tests' password. */
export async function aPerson(database: TestDatabase): Promise<TestPerson> {
  made += 1;
  const username = `person${process.pid}x${made}`;
  const { people } = await aTenant(`tenant-${process.pid}-${made}`).withMember(username).in(database);
  const person = people[username];
  if (person === undefined) throw new Error('a person was not made');
  return person;
}

/** What signing in answers: tokens, a token for the second step, or the code of the refusal. */
export interface SignInAnswer {
  readonly accessToken: string | null;
  readonly twoFactorToken: string | null;
  readonly code: string | null;
}

/** Tries to sign in. */
export async function trySignIn(graph: TestGraph, login: string, password: string = testPassword, from: AskOptions = {}, more: object = {}): Promise<SignInAnswer> {
  const payload = await mutate(graph, 'sessionSignIn', { login, password, ...more }, 'accessToken twoFactorToken user { id } session { id } errors { code message path }', from);
  return { accessToken: payload.accessToken, twoFactorToken: payload.twoFactorToken, code: payload.errors[0]?.code ?? null };
}

/** Tries a wrong password so many times, one after the other, and answers the codes. */
export async function guess(graph: TestGraph, login: string, times: number, from: AskOptions = elsewhere): Promise<(string | null)[]> {
  const codes: (string | null)[] = [];
  for (let index = 0; index < times; index += 1) codes.push((await trySignIn(graph, login, `wrong password ${index}`, from)).code);
  return codes;
}

/** Signs in and answers the access token. */
export async function signedIn(graph: TestGraph, person: TestPerson, from: AskOptions = home): Promise<string> {
  const { accessToken, code } = await trySignIn(graph, person.username, testPassword, from);
  if (accessToken === null) throw new Error(`${person.username} cannot sign in: ${code}`);
  return accessToken;
}

/** The code an authenticator app shows, so many steps away from the clock. */
export function appCode(secret: string, clock: TestClock, stepsOff = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now().getTime() + stepsOff * 30_000 });
}

/** A code the app shows nowhere near the clock. */
export function wrongAppCode(secret: string, clock: TestClock): string {
  const near = new Set([-3, -2, -1, 0, 1, 2, 3].map((steps) => appCode(secret, clock, steps)));
  return ['000000', '111111', '222222', '333333', '444444', '555555', '666666', '777777'].find((code) => !near.has(code)) ?? '888888';
}

/** A person with a second factor, and all it takes to use it. */
export interface TwoFactorPerson extends TestPerson {
  readonly secret: string;
  readonly backupCodes: readonly string[];
  /** Of the session it was set up in. */
  readonly token: string;
}

/** Makes a person and switches their second factor on. The clock goes on by three minutes, so that the code used is of the past. */
export async function aTwoFactorPerson(graph: TestGraph, database: TestDatabase): Promise<TwoFactorPerson> {
  const person = await aPerson(database);
  const token = await signedIn(graph, person);
  const { secret } = await mutate(graph, 'userTwoFactorSetUp', { password: testPassword }, 'secret errors { code }', { token });
  const { backupCodes } = await mutate(graph, 'userTwoFactorConfirm', { code: appCode(secret, graph.clock) }, 'backupCodes errors { code }', { token });
  graph.clock.advanceSeconds(180);
  return { ...person, secret, backupCodes, token };
}

/** Takes the first step of signing in and answers the token for the second. */
export async function firstStep(graph: TestGraph, person: TestPerson, from: AskOptions = home): Promise<string> {
  const { twoFactorToken, code } = await trySignIn(graph, person.username, testPassword, from);
  if (twoFactorToken === null) throw new Error(`${person.username} was not asked for a second factor: ${code}`);
  return twoFactorToken;
}

/** Takes the second step. */
export async function secondStep(graph: TestGraph, twoFactorToken: string, code: string, from: AskOptions = home): Promise<SignInAnswer> {
  const payload = await mutate(graph, 'sessionTwoFactorComplete', { twoFactorToken, code }, 'accessToken user { id } session { id } errors { code message path }', from);
  return { accessToken: payload.accessToken, twoFactorToken: null, code: payload.errors[0]?.code ?? null };
}

/** The code of the first refusal in a payload, or null. */
export async function codeOf(graph: TestGraph, mutation: string, input: object, options: AskOptions = {}): Promise<string | null> {
  return (await mutate(graph, mutation, input, 'errors { code message path }', options)).errors[0]?.code ?? null;
}

/** The kinds and severities of a person's alerts, the first first. */
export async function alertsOf({ owner }: TestDatabase, userId: string): Promise<string[]> {
  const rows = await owner<{ alert: string }[]>`select kind || ' ' || severity as alert from sessions.alerts where user_id = ${userId} order by raised_at, kind::text`;
  return rows.map(({ alert }) => alert);
}

/** What a person's history says, the first first: OK or the failure. */
export async function historyOf({ owner }: TestDatabase, userId: string): Promise<string[]> {
  const rows = await owner<{ outcome: string }[]>`select coalesce(failure::text, 'OK') as outcome from sessions.login_history where user_id = ${userId} order by occurred_at, id`;
  return rows.map(({ outcome }) => outcome);
}
