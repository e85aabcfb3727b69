/** How long a turn is good for: a mail that is not on its way by then finds another one. */
const turnMs = 60_000;
const hourMs = 3_600_000;

/** Whether a mail's turn is now. A retry soon after is part of the same turn. */
export function isItsTurn(turnAt: Date | null, now: Date): boolean {
  return turnAt !== null && turnAt <= now && now.getTime() - turnAt.getTime() <= turnMs;
}

/**
 * Finds the turn of a mail, where `n` may go out within an hour and `nthLatest` is the n-th of the turns that were given out, counted from
 * the latest; null when there are fewer. A turn may be used to its end, so two that are `n` apart lie an hour and that time apart.
 */
export function nextTurn(nthLatest: Date | null, now: Date): Date {
  if (nthLatest === null) return now;
  return new Date(Math.max(now.getTime(), nthLatest.getTime() + hourMs + turnMs));
}
