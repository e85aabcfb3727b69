import { isItsTurn, nextTurn } from '@kith/users/domain/mailTurn.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const hourMs = 3_600_000;
const turnMs = 60_000;

/** Gives out turns to mails that come so long after each other, and lets each use its turn to the end. Answers when they went out. */
function sent(gapsMs: readonly number[], perHourMax: number): number[] {
  const turns: Date[] = [];
  let now = 0;
  for (const gap of gapsMs) {
    now += gap;
    const latest = turns.toSorted((one, other) => other.getTime() - one.getTime());
    turns.push(nextTurn(latest[perHourMax - 1] ?? null, new Date(now)));
  }
  return turns.map((turn) => turn.getTime());
}

test('within any hour no more mails go out than may, however they come in and however late in its turn each goes', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40 * 60_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 8 }), fc.array(fc.integer({ min: 0, max: turnMs }), { minLength: 60, maxLength: 60 }), (gapsMs, perHourMax, delays) => {
      const times = sent(gapsMs, perHourMax).map((turn, index) => turn + (delays[index] ?? 0));
      for (const start of times) expect(times.filter((time) => time >= start && time < start + hourMs).length).toBeLessThanOrEqual(perHourMax);
    }),
  );
});

test('a mail goes out at once while there is room, and an hour and a turn after the one it waits for when there is none', () => {
  const now = new Date('2026-11-20T09:00:00.000Z');
  expect(nextTurn(null, now)).toEqual(now);
  expect(nextTurn(new Date(now.getTime() - hourMs - turnMs), now)).toEqual(now);
  expect(nextTurn(now, now)).toEqual(new Date(now.getTime() + hourMs + turnMs));
});

test.each([
  ['before it', -1, false],
  ['at its moment', 0, true],
  ['at its end', turnMs, true],
  ['past its end', turnMs + 1, false],
])('a turn counts: %s', (_, offsetMs, counts) => {
  const turnAt = new Date('2026-11-20T09:00:00.000Z');
  expect(isItsTurn(turnAt, new Date(turnAt.getTime() + offsetMs))).toBe(counts);
});
