import { Refusal } from '@kith/kernel/errors.ts';
import { characters, normalName, normalText } from '@kith/kernel/plainText.ts';
import { parseSlug } from './slug.ts';

const nameLengthMax = 100;
const reasonLengthMax = 500;

/** What a tenant is called. */
export interface TenantNames {
  readonly name: string;
  readonly slug: string;
}

/** Reads what a tenant is to be called. Refuses NAME_INVALID and SLUG_INVALID. */
export function readNames({ name, slug }: TenantNames): TenantNames {
  return { name: readName(name), slug: readSlug(slug) };
}

/** Reads what of it changes: null, like undefined, leaves as it is. Refuses NAME_INVALID and SLUG_INVALID. */
export function readNameChange({ name = null, slug = null }: { name?: string | null; slug?: string | null }): Partial<TenantNames> {
  return { ...(name === null ? {} : { name: readName(name) }), ...(slug === null ? {} : { slug: readSlug(slug) }) };
}

/** Reads why a tenant is closed. Refuses REASON_REQUIRED. */
export function readReason(text: string): string {
  const reason = normalText(text);
  if (reason === '' || characters(reason) > reasonLengthMax) throw new Refusal('REASON_REQUIRED', `Give a reason of at most ${reasonLengthMax} characters.`, ['input', 'reason']);
  return reason;
}

/** Reads why somebody does what needs no reason. Null when they say nothing. Refuses REASON_REQUIRED for more than a reason takes. */
export function readReasonIfAny(text: string | null | undefined): string | null {
  return normalText(text ?? '') === '' ? null : readReason(text ?? '');
}

function readName(text: string): string {
  const name = normalName(text);
  if (name === '' || characters(name) > nameLengthMax) throw new Refusal('NAME_INVALID', `A name has 1 to ${nameLengthMax} characters.`, ['input', 'name']);
  return name;
}

function readSlug(text: string): string {
  const slug = parseSlug(text);
  if (slug === null) throw new Refusal('SLUG_INVALID', 'A slug has 3 to 50 lower-case letters, digits and hyphens, begins and ends with a letter or digit, and is none of those kept for the platform.', ['input', 'slug']);
  return slug;
}
