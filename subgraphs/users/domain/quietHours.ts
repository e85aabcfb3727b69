import { DateTime, IANAZone } from 'luxon';

/** When a person wants quiet, every day, by the clock of their time zone; over midnight when the end comes before the beginning. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

const minuteMs = 60_000;
const dayMinutes = 1_440;
const weekDays = 7;
const monday = 1;
/** When mails that were gathered go out. */
const digestMinute = 8 * 60;

/** Reads a time of day such as `22:30` as minutes since midnight. Null for what is none. */
export function parseTimeOfDay(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** The end of the quiet hours a moment lies in. Null when it lies in none. */
export function quietUntil(quiet: QuietHours | null, timeZone: string, moment: Date): Date | null {
  const from = quiet === null ? null : parseTimeOfDay(quiet.from);
  const to = quiet === null ? null : parseTimeOfDay(quiet.to);
  if (from === null || to === null) return null;
  const zone = zoneOf(timeZone);
  const now = moment.getTime();
  return isBetween(wallMinutes(zone, now), from, to) ? new Date(firstOutside(zone, now, from, to)) : null;
}

/** When the next mail that gathers goes out after a moment: at 8 in the morning, by the clock of a time zone; of a week, on Monday. */
export function nextDigest(digest: 'DAILY' | 'WEEKLY', timeZone: string, moment: Date): Date {
  const zone = zoneOf(timeZone);
  const today = DateTime.fromJSDate(moment, { zone }).startOf('day');
  const mornings = Array.from({ length: weekDays + 2 }, (_, days) => today.plus({ days }).set({ hour: digestMinute / 60 }));
  const next = mornings.find((morning) => morning.toMillis() > moment.getTime() && (digest === 'DAILY' || morning.weekday === monday));
  if (next === undefined) throw new Error(`no morning follows ${moment.toISOString()} in ${timeZone}`);
  return next.toJSDate();
}

/** What was a time zone when the person chose it may be none to a later Node. */
function zoneOf(timeZone: string): IANAZone {
  const zone = IANAZone.create(timeZone);
  return zone.isValid ? zone : IANAZone.create('UTC');
}

/** What the clock on the wall shows, in minutes since midnight. */
function wallMinutes(zone: IANAZone, at: number): number {
  const minutes = Math.floor(at / minuteMs) + zone.offset(at);
  return ((minutes % dayMinutes) + dayMinutes) % dayMinutes;
}

function isBetween(minutes: number, from: number, to: number): boolean {
  return from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

/**
 * The first moment behind one in quiet hours at which the clock on the wall shows a time outside of them. Where the clock is put forward over their
 * end, that is the moment it is put forward; where it is put back, it is the first of the two moments that are called so.
 */
function firstOutside(zone: IANAZone, at: number, from: number, to: number): number {
  const offset = zone.offset(at);
  const whole = Math.floor(at / minuteMs) * minuteMs;
  const end = whole + ((to - wallMinutes(zone, at) + dayMinutes) % dayMinutes) * minuteMs;
  if (zone.offset(end) === offset) return end;
  const shift = firstShift(zone, whole, end);
  return isBetween(wallMinutes(zone, shift), from, to) ? firstOutside(zone, shift, from, to) : shift;
}

/** When the clock is put forward or back between two moments that it differs at. */
function firstShift(zone: IANAZone, before: number, behind: number): number {
  const offset = zone.offset(before);
  let [same, other] = [before, behind];
  while (other - same > minuteMs) {
    const middle = same + Math.floor((other - same) / 2 / minuteMs) * minuteMs;
    if (zone.offset(middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}
