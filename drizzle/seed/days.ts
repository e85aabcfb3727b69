const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Answers the first moment of the day in UTC. */
export function startOfDay(now: Date): Date {
  return new Date(Math.floor(now.getTime() / dayMs) * dayMs);
}

/** Answers a moment so many days after another, before it when negative, plus minutes. */
export function daysFrom(moment: Date, days: number, minutes = 0): Date {
  return new Date(moment.getTime() + days * dayMs + minutes * minuteMs);
}

/** Answers the moment a share of the way from one moment to another, 0 being the first and 1 the second. */
export function between(from: Date, to: Date, share: number): Date {
  return new Date(Math.round(from.getTime() + (to.getTime() - from.getTime()) * share));
}
