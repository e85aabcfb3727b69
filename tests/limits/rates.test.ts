import { RateLimited } from '@kith/gateway/rates/rateLimited.ts';
import type { Rates, TenantNumbers } from '@kith/gateway/rates/rates.ts';
import { rates } from '@kith/gateway/rates/rates.ts';
import type { RootField } from '@kith/gateway/rates/rootFields.ts';
import { SlidingLog } from '@kith/gateway/rates/slidingLog.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';

const numbers = { apiPerMinute: 100, writesPerMinute: 10, signInsPer5Minutes: 10, registrationsPerHour: 5 };

let clock: TestClock;
/** The limits, where no tenant has numbers of its own unless a test says so. */
let limits: { countRequest: (request: GraphRequest, rules?: TenantNumbers) => Promise<void>; countWrites: (request: GraphRequest, fields: readonly RootField[], rules?: TenantNumbers) => Promise<void> };

beforeEach(() => {
  clock = testClock(new Date('2026-11-20T09:00:00.000Z'));
  const made: Rates = rates(numbers, { shared: null, clock });
  limits = { countRequest: (request, rules) => made.countRequest(request, rules ?? null), countWrites: (request, fields, rules) => made.countWrites(request, fields, rules ?? null) };
});

function from(address: string, viewer: Viewer = anonymous): GraphRequest {
  return new GraphRequest({ viewer, requestId: 'test', client: { address, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null } });
}
function person(userId = newId<UserId>(clock.now()), tenantId: TenantId | null = null): Viewer {
  return { kind: 'person', userId, sessionId: newId<SessionId>(clock.now()), tenantId, role: null, platformAdministrator: false };
}
const field = (name: string, input: object = {}): RootField => ({ name, arguments: { input } });
const signIn = (login: string): RootField => field('sessionSignIn', { login });

/** After how many seconds to try again; 0 when it was let pass. */
async function wait(counting: Promise<void>): Promise<number> {
  try {
    await counting;
    return 0;
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    expect(error.code).toBe('RATE_LIMITED');
    return error.retryAfterSeconds;
  }
}

/** Does something again and again. Answers how often it was let pass before it was refused for the first time, and for how long. */
async function untilRefused(once: (time: number) => Promise<void>): Promise<{ passed: number; wait: number }> {
  for (let passed = 0; ; passed += 1) {
    const seconds = await wait(once(passed));
    if (seconds > 0) return { passed, wait: seconds };
  }
}

describe('the numbers', () => {
  it.each<[string, number, number, (time: number) => Promise<void>]>([
    ['requests of an address', 100, 60, () => limits.countRequest(from('192.0.2.1'))],
    ['mutations of an address', 10, 60, () => limits.countWrites(from('192.0.2.1'), [field('userEmailVerify')])],
    ['registrations from an address', 5, 3_600, () => limits.countWrites(from('192.0.2.1'), [field('userRegister')])],
    ['attempts to sign in from an address', 10, 300, (time) => limits.countWrites(from('192.0.2.1'), [signIn(`somebody${time}`)])],
  ])('%s: %i pass, the next has to wait %i seconds, and the window slides', async (_, max, seconds, once) => {
    expect(await untilRefused(once)).toEqual({ passed: max, wait: seconds });
    clock.advanceSeconds(seconds - 1);
    expect(await wait(once(max))).toBe(1);
    clock.advanceSeconds(1);
    expect(await wait(once(max))).toBe(0);
  });

  it('10 attempts at a login pass within 5 minutes, wherever they come from and however it is written', async () => {
    const spellings = ['ada@kith.example', ' ADA@kith.example', 'Ada@Kith.Example', 'ａda@kith.example'];
    // Each network has its own few tries at a login as well; those are used up here before it is looked at.
    const networks = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
    const passed: string[] = [];
    for (let time = 0; time < 40; time += 1) {
      const network = networks[time % networks.length] ?? '';
      if ((await wait(limits.countWrites(from(network), [signIn(spellings[time % 4] ?? '')]))) === 0) passed.push(network);
    }
    // 10 for all together, and of each network 3 that others cannot take from it.
    expect(passed).toHaveLength(10 + 3 * networks.length);
    clock.advanceSeconds(299);
    expect(await wait(limits.countWrites(from('192.0.2.1'), [signIn('ada@kith.example')]))).toBe(1);
    clock.advanceSeconds(1);
    expect(await wait(limits.countWrites(from('192.0.2.1'), [signIn('ada@kith.example')]))).toBe(0);
  });

  it('nobody is kept from signing in by whoever tries their login all the time', async () => {
    const attack = (network: number) => limits.countWrites(from(`198.51.100.${network}`), [signIn('victim@kith.example')]);
    for (let network = 0; network < 20; network += 1) await untilRefused(() => attack(network));
    expect(await wait(limits.countWrites(from('192.0.2.1'), [signIn('victim@kith.example')]))).toBe(0);
  });

  it('what a network is refused does not use up what there is for the login', async () => {
    await untilRefused((time) => limits.countWrites(from('192.0.2.1'), [signIn(`somebody${time}`)]));
    for (let time = 0; time < 20; time += 1) await wait(limits.countWrites(from('192.0.2.1'), [signIn('victim@kith.example')]));
    const others = await untilRefused((time) => limits.countWrites(from(`198.51.100.${time}`), [signIn('victim@kith.example'), signIn('victim@kith.example'), signIn('victim@kith.example'), signIn('victim@kith.example')]));
    expect(others.passed).toBe(2);
  });

  it('signing in, registering and going on with a session are not counted as other mutations', async () => {
    const request = from('192.0.2.1');
    for (let time = 0; time < 10; time += 1) await limits.countWrites(request, [signIn(`somebody${time}`)]);
    for (let time = 0; time < 5; time += 1) await limits.countWrites(request, [field('userRegister')]);
    for (let time = 0; time < 50; time += 1) await limits.countWrites(request, [field('sessionRefresh')]);
    expect(await untilRefused(() => limits.countWrites(request, [field('userEmailVerify')]))).toMatchObject({ passed: 10 });
  });
});

describe('whom something is counted for', () => {
  it('a person, whatever the session and wherever it is', async () => {
    const { userId } = person() as Extract<Viewer, { kind: 'person' }>;
    expect(await untilRefused((time) => limits.countRequest(from(`192.0.2.${time}`, person(userId))))).toMatchObject({ passed: 100 });
    expect(await wait(limits.countRequest(from('192.0.2.1', person())))).toBe(0);
    expect(await wait(limits.countRequest(from('192.0.2.1')))).toBe(0);
  });

  it.each([
    ['IPv6 by the network of /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:3::1'],
    ['IPv6 in any spelling', '2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::5', '2001:db8:1::1'],
    ['IPv6 with a zone', 'fe80::1%eth0', 'fe80::2%eth1', 'fe80:1::1'],
    ['IPv4 written as IPv6', '::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['IPv4 by the address', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['what is no address, together', 'nonsense', '', '192.0.2.1'],
  ])('%s', async (_, address, sameNetwork, otherNetwork) => {
    await untilRefused(() => limits.countRequest(from(address)));
    expect(await wait(limits.countRequest(from(sameNetwork)))).toBe(60);
    expect(await wait(limits.countRequest(from(otherNetwork)))).toBe(0);
  });
});

describe('the numbers of a tenant', () => {
  const [userId, one, other] = [newId<UserId>(new Date()), newId<TenantId>(new Date()), newId<TenantId>(new Date())];
  const few: TenantNumbers = { apiPerMinute: 3, writesPerMinute: 2 };
  const asIn = (tenantId: TenantId | null) => from('192.0.2.1', person(userId, tenantId));

  it('hold in place of the usual ones, for each person', async () => {
    expect(await untilRefused(() => limits.countRequest(asIn(one), few))).toEqual({ passed: 3, wait: 60 });
    expect(await untilRefused(() => limits.countWrites(asIn(one), [field('userUpdate')], few))).toEqual({ passed: 2, wait: 60 });
    expect(await wait(limits.countRequest(from('192.0.2.1', person(newId<UserId>(clock.now()), one)), few))).toBe(0);
    expect(await untilRefused(() => limits.countRequest(asIn(other), { ...few, apiPerMinute: 150 }))).toMatchObject({ passed: 150 });
  });

  it('use up nothing of what there is elsewhere', async () => {
    await untilRefused(() => limits.countRequest(asIn(one), few));
    expect(await untilRefused(() => limits.countRequest(asIn(other), { ...few, apiPerMinute: 5 }))).toMatchObject({ passed: 5 });
    expect(await untilRefused(() => limits.countRequest(asIn(null)))).toMatchObject({ passed: 100 });
  });

  it('count what was counted before when they change', async () => {
    for (let time = 0; time < 3; time += 1) await limits.countRequest(asIn(one), few);
    expect(await untilRefused(() => limits.countRequest(asIn(one), { ...few, apiPerMinute: 5 }))).toMatchObject({ passed: 2 });
    expect(await wait(limits.countRequest(asIn(one), { ...few, apiPerMinute: 1 }))).toBe(60);
  });

  it('that are not said are the usual ones, for the person wherever they act', async () => {
    const unsaid: TenantNumbers = { apiPerMinute: null, writesPerMinute: null };
    await untilRefused(() => limits.countRequest(asIn(one), unsaid));
    expect(await wait(limits.countRequest(asIn(other), unsaid))).toBe(60);
  });
});

describe('several at once', () => {
  it('are counted each, and done all or none', async () => {
    const request = from('192.0.2.1', person());
    await limits.countWrites(request, Array.from({ length: 8 }, () => field('userUpdate')));
    expect(await wait(limits.countWrites(request, Array.from({ length: 3 }, () => field('userUpdate'))))).toBe(60);
    expect(await wait(limits.countWrites(request, Array.from({ length: 2 }, () => field('userUpdate'))))).toBe(0);
  });

  it('are refused when there are more than ever pass', async () => {
    expect(await wait(limits.countWrites(from('192.0.2.1'), Array.from({ length: 11 }, (_, index) => signIn(`somebody${index}`))))).toBe(300);
    expect(await wait(limits.countWrites(from('192.0.2.1'), [signIn('somebody')]))).toBe(0);
  });
});

/** How many of the attempts, made at these moments, pass. `pass` says so of one and remembers it. */
function most(timesMs: readonly number[], pass: (timeMs: number) => boolean, windowMs: number): number {
  const passed = timesMs.filter(pass);
  return Math.max(0, ...passed.map((start) => passed.filter((time) => time >= start && time < start + windowMs).length));
}
const moments = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 120 }).map((times) => times.toSorted((one, other) => one - other));

test('within no stretch of time as long as the window do more pass than may', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2_000 }), (times, max, windowMs) => {
      const log = new SlidingLog({ max, windowMs });
      const pass = (time: number): boolean => {
        if (log.waitMs('key', 1, time) > 0) return false;
        log.note('key', 1, time);
        return true;
      };
      expect(most(times, pass, windowMs)).toBeLessThanOrEqual(max);
    }),
  );
});

test('whoever waits as long as they are told is let pass, and a millisecond sooner is not', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (times, max, count) => {
      const log = new SlidingLog({ max, windowMs: 1_000 });
      for (const time of times) if (log.waitMs('key', 1, time) === 0) log.note('key', 1, time);
      const now = times.at(-1) ?? 0;
      const waitMs = log.waitMs('key', count, now);
      if (waitMs === 0 || count > max) return;
      expect(log.waitMs('key', count, now + waitMs - 1)).toBe(1);
      expect(log.waitMs('key', count, now + waitMs)).toBe(0);
    }),
  );
});

test('a counter that starts anew with each window lets twice as many pass around its turn: that is what this looks for', () => {
  const windowMs = 1_000;
  const counts = new Map<number, number>();
  const pass = (time: number): boolean => {
    const used = counts.get(Math.floor(time / windowMs)) ?? 0;
    if (used >= 10) return false;
    counts.set(Math.floor(time / windowMs), used + 1);
    return true;
  };
  const times = [...Array.from({ length: 20 }, () => 999), ...Array.from({ length: 20 }, () => 1_000)];
  expect(most(times, pass, windowMs)).toBe(20);
});
