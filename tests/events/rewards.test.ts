import { announce } from '@kith/drizzle/announce.ts';
import type { EventName } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { levelStart, levelsPassed, standing } from '@kith/gamification/domain/levelCurve.ts';
import { award } from '@kith/gamification/services/awarding.ts';
import { findOrAddPlayer } from '@kith/gamification/stores/playing.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestParts } from '../harness/parts.ts';
import { testParts } from '../harness/parts.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import { ledgerFaults, playersOf } from './ledger.ts';

const clock = testClock();
let database: TestDatabase;
let parts: TestParts;
let club: TestTenant;
let guild: TestTenant;

beforeAll(async () => {
  database = await testDatabase('migrated');
  club = await aTenant('club').withMembers(10).in(database);
  guild = await aTenant('guild').withPerson(member(1)).in(database);
  parts = await testParts(database, clock);
});
afterAll(async () => {
  await parts.close();
  await database.drop();
});

function member(number: number): TestPerson {
  const person = club.people[`member${number}`];
  if (person === undefined) throw new Error(`there is no member ${number}`);
  return person;
}

/** Announces an event about somebody and delivers it, as its jobs would. */
async function happens(name: EventName & ('user.registered' | 'user.email_verified'), userId: string, tenantId: string | null): Promise<void> {
  const subject = { occurredAt: clock.now(), userId: userId as UserId, tenantId: tenantId as TenantId | null, requestId: 'test' }; // made by the harness
  const event = name === 'user.registered' ? eventOf(name, subject, { referralCode: null }) : eventOf(name, subject, {});
  await parts.users.database.transaction({ userId: null, tenantId: null }, (tx) => announce(tx, event));
  const consumer = name === 'user.registered' ? 'gamification.welcome_player' : 'gamification.award_verified_email';
  await parts.consumers.find((candidate) => candidate.name === consumer)?.handle(event.id);
}

/** Gives a member of the club experience. */
function give(person: TestPerson, amount: number): Promise<void> {
  const [userId, tenantId] = [person.id as UserId, club.id as TenantId]; // made by the harness
  return parts.gamification.database.transaction({ userId, tenantId }, async (tx) => {
    const at = clock.now();
    const player = await findOrAddPlayer(tx, userId, tenantId, at);
    await award(tx, player, { amount, source: 'test' }, { occurredAt: at, userId, tenantId, requestId: 'test' });
  });
}

describe('a proven address', () => {
  it('brings experience in every tenant the person plays in', async () => {
    await happens('user.email_verified', member(1).id, null);
    expect((await playersOf(database, member(1).id)).map(({ slug, experience }) => [slug, experience])).toEqual([['club', 20], ['guild', 20]]);
  });

  it('brings it also where the welcome is late, in whichever order the two come', async () => {
    const newcomer = '01990000-0000-7000-8000-000000000001';
    await happens('user.email_verified', newcomer, guild.id);
    await happens('user.registered', newcomer, guild.id);
    expect(await playersOf(database, newcomer)).toEqual([{ slug: 'guild', experience: 30, sparkle: '100.0000', transfers: 1, awards: ['registration 10', 'email_verified 20'] }]);
  });

  it('brings nothing to whoever plays nowhere', async () => {
    const nobody = '01990000-0000-7000-8000-000000000002';
    await happens('user.registered', nobody, null);
    await happens('user.email_verified', nobody, null);
    expect(await playersOf(database, nobody)).toEqual([]);
  });
});

describe('a level', () => {
  it.each([
    ['none', [99], '0', []],
    ['one, to the point', [100], '20.0000', [2]],
    ['one, by a verified address', [80, 20], '20.0000', [2]],
    ['three at once', [450], '90.0000', [2, 3, 4]],
    ['the same three one after the other', [100, 150, 200], '90.0000', [2, 3, 4]],
  ])('is paid with 10 points times its number for each that is passed: %s', async (name, amounts, sparkle, levels) => {
    const person = member(2 + ['none', 'one, to the point', 'one, by a verified address', 'three at once', 'the same three one after the other'].indexOf(name));
    for (const amount of amounts) await give(person, amount);
    expect((await playersOf(database, person.id))[0]).toMatchObject({ sparkle, transfers: levels.length });
    const told = await database.owner<{ level: number }[]>`select (payload ->> 'level')::int as level from kith.events where name = 'player.level_up' and user_id = ${person.id} order by 1`;
    expect(told.map(({ level }) => level)).toEqual(levels);
  });

  it('is paid once each for 50 awards at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => give(member(8), 20)));
    // 1,000 points of experience are level 6: 20 + 30 + 40 + 50 + 60.
    expect((await playersOf(database, member(8).id))[0]).toMatchObject({ experience: 1_000, sparkle: '200.0000', transfers: 5 });
    expect(await ledgerFaults(database)).toEqual([]);
  });

  it('is counted as passed exactly when its start is reached', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(50_000), (before, more) => {
        const passed = levelsPassed(before, before + more);
        expect(passed).toEqual(passed.toSorted((one, another) => one - another));
        expect(passed.every((level) => levelStart(level) > before && levelStart(level) <= before + more)).toBe(true);
        expect(passed).toHaveLength(standing(before + more).level - standing(before).level);
      }),
    );
  });
});
