/** What JSON can say and PostgreSQL's jsonb gives back as it was. Moments stand in it as text, in ISO 8601. */
export type JsonValue = string | number | boolean | null | Date | readonly JsonValue[] | { readonly [name: string]: JsonValue | undefined };

/**
 * Writes a value as JSON in its one canonical form (RFC 8785): names sorted by UTF-16 code units, no spaces, numbers as JavaScript writes
 * them. What went through jsonb, which sorts names and writes numbers in its own way, has the same form as before. Throws for what jsonb
 * would refuse or change: NUL and half surrogates in text, numbers that are not finite, anything that is no JSON.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (value instanceof Date) return canonicalText(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isPlain(value)) return canonicalObject(value);
  throw new TypeError(`${typeof value === 'number' ? String(value) : typeof value} cannot be written as canonical JSON`);
}

function canonicalObject(value: Record<string, unknown>): string {
  const names = Object.keys(value).filter((name) => value[name] !== undefined).toSorted((one, other) => (one < other ? -1 : 1));
  return `{${names.map((name) => `${canonicalText(name)}:${canonicalJson(value[name])}`).join(',')}}`;
}

function canonicalText(text: string): string {
  if (!text.isWellFormed() || text.includes('\0')) throw new TypeError('text with NUL or half a surrogate pair cannot be kept as JSON');
  return JSON.stringify(text);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
