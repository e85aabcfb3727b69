import { RequestError } from './errors.ts';

const searchLengthMax = 100;

/**
 * Makes a LIKE pattern for a text anywhere, its wildcards taken literally; PostgreSQL folds its case, as it does that of what is searched. Null when
 * nothing is looked for. Refuses BAD_REQUEST for a text of more than 100 characters.
 */
export function searchPattern(search: string | null): string | null {
  const text = search?.trim() ?? '';
  if (text.length > searchLengthMax) throw new RequestError('BAD_REQUEST', `\`search\` takes at most ${searchLengthMax} characters.`);
  return text === '' ? null : `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
