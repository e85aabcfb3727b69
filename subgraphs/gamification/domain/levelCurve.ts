/** Where a player stands on the curve of levels. Experience is in points. */
export interface LevelStanding {
  readonly level: number;
  readonly levelStartsAt: number;
  readonly nextLevelAt: number;
}

/** The experience at which a level begins: 25(n-1)(n+2), that is 0, 100, 250, 450, 700 ... */
export function levelStart(level: number): number {
  return 25 * (level - 1) * (level + 2);
}

/** Where a player with so much experience stands. Solved for n in constant time, with a step either way against rounding. */
export function standing(experience: number): LevelStanding {
  let level = Math.max(1, Math.floor((Math.sqrt(9 + (4 * experience) / 25) - 1) / 2));
  while (levelStart(level + 1) <= experience) level += 1;
  while (level > 1 && levelStart(level) > experience) level -= 1;
  return { level, levelStartsAt: levelStart(level), nextLevelAt: levelStart(level + 1) };
}

/** The levels reached on the way from so much experience to more, each of them. */
export function levelsPassed(before: number, after: number): number[] {
  const from = standing(before).level;
  return Array.from({ length: standing(after).level - from }, (_, index) => from + index + 1);
}
