import { levelStart, standing } from '@kith/gamification/domain/levelCurve.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** The curve as one would walk it: each level takes 50 points more than the one before, the second 100. */
function walked(experience: number): { level: number; levelStartsAt: number; nextLevelAt: number } {
  let [level, levelStartsAt, step] = [1, 0, 100];
  while (levelStartsAt + step <= experience) {
    levelStartsAt += step;
    level += 1;
    step += 50;
  }
  return { level, levelStartsAt, nextLevelAt: levelStartsAt + step };
}

test('levels begin at 0, 100, 250, 450, 700', () => {
  expect([1, 2, 3, 4, 5].map(levelStart)).toEqual([0, 100, 250, 450, 700]);
});

test('where a player stands is where walking the curve leads, for every experience up to 20,000', () => {
  for (let experience = 0; experience <= 20_000; experience += 1) expect(standing(experience)).toEqual(walked(experience));
});

test('where a player stands is where walking the curve leads, as far as an int goes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (experience) => {
      expect(standing(experience)).toEqual(walked(experience));
    }),
    { numRuns: 300 },
  );
});

test('at the edge of a level one point decides', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9_000 }), (level) => {
      expect(standing(levelStart(level)).level).toBe(level);
      expect(standing(levelStart(level) - 1).level).toBe(level - 1);
    }),
  );
});
