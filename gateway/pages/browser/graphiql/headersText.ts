/**
 * Stands in a headers text for a demo person's token: `Bearer demo-token-of-ada@kith.test`.
 * It is what goes to storage, so that no token is kept longer than it is good, and what a new tab starts with.
 */
const MARKER = /^demo-token-of-(\S+)$/;
const AUTHORIZATION = /("authorization"\s*:\s*")Bearer ([^"\s]+)(")/i;

/** Returns the stand-in for the person's token. */
export function markerOf(login: string): string {
  return `demo-token-of-${login}`;
}

/** Returns whose stand-in the bearer is, or null when it is a token. */
export function markedLogin(bearer: string): string | null {
  return MARKER.exec(bearer)?.[1] ?? null;
}

/** Returns the bearer of the Authorization header, or null when there is none. */
export function bearerIn(text: string): string | null {
  return AUTHORIZATION.exec(text)?.[2] ?? null;
}

/** Replaces the bearer where it stands, keeping the text's own layout and comments. */
export function replaceBearer(text: string, bearer: string): string {
  // A function, since a `$` in a replacement string has a meaning of its own.
  return text.replace(AUTHORIZATION, (_all, before: string, _old: string, after: string) => `${before}Bearer ${bearer}${after}`);
}

/** Makes the headers carry this bearer, or none, whatever Authorization they had. Text that is no JSON object stays as it is. */
export function withBearer(text: string, bearer: string | null): string {
  if (bearer !== null && bearerIn(text) !== null) return replaceBearer(text, bearer);
  const headers = parse(text);
  if (headers === null) return text;
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization');
  const authorization = bearer === null ? [] : [['Authorization', `Bearer ${bearer}`]];
  return JSON.stringify(Object.fromEntries([...authorization, ...others]), null, 2);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
