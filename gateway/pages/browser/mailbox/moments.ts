const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const precise = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago a moment is, such as `3 min. ago`. */
export function ago(moment: string, nowMs: number): string {
  const seconds = Math.max(Math.round((nowMs - Date.parse(moment)) / 1_000), 0);
  const [unit, length] = steps.find(([, length]) => seconds >= length) ?? [];
  return unit === undefined || length === undefined ? 'just now' : relative.format(-Math.floor(seconds / length), unit);
}

/** A moment on the reader's own clock, to the second. */
export function inFull(moment: string): string {
  return precise.format(new Date(moment));
}
