import { Refusal } from '@kith/kernel/errors.ts';

/** How a profile page looks: whatever the product makes of it. */
export type Theme = Readonly<Record<string, unknown>>;

const lengthMax = 10_000;
const levelsMax = 5;

/** Names that mean something to JavaScript itself: whoever copies such a theme with care for nothing would change more than an object. */
const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Reads a theme. Refuses THEME_INVALID for more than 10,000 characters of JSON, more than 5 levels, and what PostgreSQL's JSON cannot hold. */
export function readTheme(theme: Theme): Theme {
  if (!isPlain(theme, 1)) throw invalid(`A theme has at most ${levelsMax} levels, and no keys such as __proto__.`);
  const text = JSON.stringify(theme);
  if (text.length > lengthMax) throw invalid(`A theme has at most ${lengthMax} characters as JSON.`);
  // One written into the operation comes as an object without a prototype, at which Drizzle stumbles.
  return JSON.parse(text) as Theme; // an object when it was written
}

/** Looks no deeper than is allowed: a theme of a hundred thousand levels must not cost a stack. */
function isPlain(value: unknown, level: number): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  if (level > levelsMax) return false;
  return Object.entries(value).every(([key, inner]) => !forbiddenKeys.includes(key) && isStorable(key) && isPlain(inner, level + 1));
}

/** PostgreSQL keeps neither NUL nor half a character. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function invalid(message: string): Refusal {
  return new Refusal('THEME_INVALID', message, ['input', 'theme']);
}
