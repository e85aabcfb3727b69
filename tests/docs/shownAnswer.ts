const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Says where a real answer differs from the one a page shows, or nothing. A shown text that ends in `…` stands for any text
 * that begins like it, and a shown time for any time: those of the demo data hang on the day it was made.
 */
export function differences(shown: unknown, real: unknown, path = ''): string[] {
  if (typeof shown === 'string' && typeof real === 'string') {
    const fits = shown.endsWith('…') ? real.startsWith(shown.slice(0, -1)) : shown === real || (moment.test(shown) && moment.test(real));
    return fits ? [] : [`${path}: shown ${JSON.stringify(shown)}, is ${JSON.stringify(real)}`];
  }
  if (typeof shown !== 'object' || shown === null || typeof real !== 'object' || real === null) {
    return shown === real ? [] : [`${path}: shown ${JSON.stringify(shown)}, is ${JSON.stringify(real)}`];
  }
  const keys = new Set([...Object.keys(shown), ...Object.keys(real)]);
  return [...keys].flatMap((key) => differences((shown as Record<string, unknown>)[key], (real as Record<string, unknown>)[key], `${path}.${key}`)); // an array has its places for keys
}
