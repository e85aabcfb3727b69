import { deliveryOf } from '@kith/users/domain/delivery.ts';
import { noChoices } from '@kith/users/domain/notificationPreferences.ts';
import { nextDigest, parseTimeOfDay, quietUntil } from '@kith/users/domain/quietHours.ts';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

const minuteMs = 60_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows, found out another way than the product does. */
function wall(timeZone: string, at: number): number {
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(timeZone, clock);
  const [hours, minutes] = clock.format(at).split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** The end of quiet hours found by looking at the clock every minute. */
function endByLooking(from: string, to: string, timeZone: string, at: Date): Date | null {
  const [begins, ends] = [parseTimeOfDay(from) ?? 0, parseTimeOfDay(to) ?? 0];
  const isQuiet = (moment: number): boolean => {
    const shown = wall(timeZone, moment);
    return begins < ends ? shown >= begins && shown < ends : shown >= begins || shown < ends;
  };
  if (!isQuiet(at.getTime())) return null;
  let moment = Math.floor(at.getTime() / minuteMs) * minuteMs;
  while (isQuiet(moment)) moment += minuteMs;
  return new Date(moment);
}

// When clocks are put forward or back: by an hour, by half an hour (Lord Howe), by two (Troll), at midnight (Havana), and never.
const shifts: [string, string][] = [
  ['Europe/Lisbon', '2026-03-29T01:00:00Z'],
  ['Europe/Lisbon', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
  ['America/Havana', '2026-03-08T05:00:00Z'],
  ['America/Havana', '2026-11-01T05:00:00Z'],
  ['Asia/Kathmandu', '2026-03-29T01:00:00Z'],
  ['UTC', '2026-06-01T12:00:00Z'],
];
const timeOfDay = fc.integer({ min: 0, max: 1_439 }).map((minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`);

describe('quiet hours', () => {
  it.each(shifts)('in %s around %s end when the clock on the wall first shows another time', (timeZone, shift) => {
    const around = fc.integer({ min: -36 * 3_600, max: 36 * 3_600 }).map((seconds) => new Date(new Date(shift).getTime() + seconds * 1_000));
    fc.assert(
      fc.property(around, timeOfDay, timeOfDay, (at, from, to) => {
        fc.pre(from !== to);
        expect(quietUntil({ from, to }, timeZone, at)).toEqual(endByLooking(from, to, timeZone, at));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['over midnight', '22:00', '07:00', 'Europe/Lisbon', '2026-07-01T22:30:00Z', '2026-07-02T06:00:00Z'],
    ['in the morning', '22:00', '07:00', 'Europe/Lisbon', '2026-07-02T05:59:59Z', '2026-07-02T06:00:00Z'],
    ['an hour shorter in the night the clock is put forward', '22:00', '07:00', 'Europe/Lisbon', '2026-03-28T22:00:00Z', '2026-03-29T06:00:00Z'],
    ['an hour longer in the night it is put back', '22:00', '07:00', 'Europe/Lisbon', '2026-10-24T21:00:00Z', '2026-10-25T07:00:00Z'],
    ['where their end is skipped, when the clock is put forward', '22:00', '01:30', 'Europe/Lisbon', '2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z'],
    ['until the hour that comes twice has come twice, if they end with it', '22:00', '02:00', 'Europe/Lisbon', '2026-10-25T00:30:00Z', '2026-10-25T02:00:00Z'],
  ])('end %s', (_, from, to, timeZone, at, end) => {
    expect(quietUntil({ from, to }, timeZone, new Date(at))?.toISOString().replace('.000', '')).toBe(end);
  });

  it('are none when nobody asked for them, outside of them, and at their very end', () => {
    expect(quietUntil(null, 'UTC', new Date('2026-01-01T00:00:00Z'))).toBeNull();
    expect(quietUntil({ from: '22:00', to: '07:00' }, 'UTC', new Date('2026-01-01T07:00:00Z'))).toBeNull();
    expect(quietUntil({ from: '22:00', to: '07:00' }, 'UTC', new Date('2026-01-01T21:59:59Z'))).toBeNull();
    expect(quietUntil({ from: '22:00', to: '07:00' }, 'UTC', new Date('2026-01-01T22:00:00Z'))).not.toBeNull();
  });

  it('go by UTC where the time zone is none any more', () => {
    expect(quietUntil({ from: '22:00', to: '07:00' }, 'Atlantis/Poseidonis', new Date('2026-01-01T23:00:00Z'))).toEqual(new Date('2026-01-02T07:00:00Z'));
  });

  test.each(['24:00', '7:00', '07:60', '', '07:00:00', ' 07:00', '0７:00'])('%j is no time of day', (text) => {
    expect(parseTimeOfDay(text)).toBeNull();
  });
});

describe('mails that are gathered', () => {
  it.each(shifts)('in %s around %s go out at 8 in the morning, within a day, or on Monday, within a week', (timeZone, shift) => {
    const weekday = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short' });
    fc.assert(
      fc.property(fc.integer({ min: -200 * 3_600, max: 200 * 3_600 }), (seconds) => {
        const at = new Date(new Date(shift).getTime() + seconds * 1_000);
        for (const [digest, hoursMax] of [['DAILY', 26], ['WEEKLY', 7 * 24 + 2]] as const) {
          const next = nextDigest(digest, timeZone, at);
          expect(next.getTime()).toBeGreaterThan(at.getTime());
          expect(next.getTime() - at.getTime()).toBeLessThanOrEqual(hoursMax * 3_600_000);
          expect(wall(timeZone, next.getTime())).toBe(480);
          if (digest === 'WEEKLY') expect(weekday.format(next)).toBe('Mon');
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('how somebody is told', () => {
  const at = new Date('2026-11-20T23:00:00Z');
  const everyWay = ['IN_APP', 'EMAIL', 'PUSH'] as const;
  const night = { ...noChoices, quietHours: { from: '22:00', to: '07:00' }, timeZone: 'UTC', mayBeMailed: true };
  const news = { type: 'ROLE_CHANGED', priority: 2, isMailedAnyway: false } as const;
  const morning = new Date('2026-11-21T07:00:00Z');

  it('at night: the list at once, mail and push messages in the morning', () => {
    expect(deliveryOf(news, night, at)).toEqual({ now: ['IN_APP'], later: [{ channel: 'EMAIL', dueAt: morning }, { channel: 'PUSH', dueAt: morning }] });
    expect(deliveryOf(news, night, morning)).toEqual({ now: everyWay, later: [] });
  });

  it('of what is urgent: by every way at once, whatever they gather and whenever they want quiet', () => {
    expect(deliveryOf({ ...news, priority: 3 }, { ...night, digest: 'WEEKLY' }, at)).toEqual({ now: everyWay, later: [] });
  });

  it('by mails that are gathered: the rest at once; and not before quiet hours end, should they still be', () => {
    const eight = new Date('2026-11-21T08:00:00Z');
    expect(deliveryOf(news, { ...night, quietHours: null, digest: 'DAILY' }, at)).toEqual({ now: ['IN_APP', 'PUSH'], later: [{ channel: 'EMAIL', dueAt: eight }] });
    const late = { ...night, quietHours: { from: '22:00', to: '09:30' }, digest: 'DAILY' as const };
    expect(deliveryOf(news, late, at).later).toContainEqual({ channel: 'EMAIL', dueAt: new Date('2026-11-21T09:30:00Z') });
  });

  it('by no mail where the address was not proven, or where one is on its way already', () => {
    expect(deliveryOf(news, { ...night, quietHours: null, mayBeMailed: false }, at).now).toEqual(['IN_APP', 'PUSH']);
    expect(deliveryOf({ ...news, isMailedAnyway: true }, { ...night, quietHours: null }, at).now).toEqual(['IN_APP', 'PUSH']);
  });
});
