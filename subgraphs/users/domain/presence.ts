/** Whether a person is there. */
export interface Presence {
  readonly online: boolean;
  readonly lastSeenAt: Date | null;
}

const onlineMs = 120_000;
const minuteMs = 60_000;

/** The moment since when whoever was seen counts as online: 2 minutes ago. */
export function onlineSince(now: Date): Date {
  return new Date(now.getTime() - onlineMs);
}

/** What others are told of when a person was last seen: to the minute, and no closer. */
export function presenceAt(lastSeenAt: Date | null, now: Date): Presence {
  if (lastSeenAt === null) return { online: false, lastSeenAt: null };
  return { online: lastSeenAt >= onlineSince(now), lastSeenAt: new Date(Math.floor(lastSeenAt.getTime() / minuteMs) * minuteMs) };
}
