import { Refusal } from '@kith/kernel/errors.ts';
import { parseIpRange } from '@kith/kernel/ipRanges.ts';
import type { TenantSettings } from '@kith/kernel/tenantSettings.ts';
import { letsIn, tenantSettings } from '@kith/kernel/tenantSettings.ts';
import { z } from 'zod';

type Given<Value> = Value | null | undefined;

/** What is wanted of the rules of a tenant: undefined leaves as it is, and so does null but where a rule can be none. */
export interface SettingsInput {
  readonly signUp?: Given<TenantSettings['signUp']>;
  readonly hideRegisteredPeople?: Given<boolean>;
  readonly passwordScoreMin?: Given<number>;
  readonly passwordLengthMin?: Given<number>;
  readonly allowedIpRanges?: Given<readonly string[]>;
  readonly sessionMinutesMax?: Given<number>;
  readonly apiPerMinute?: Given<number>;
  readonly writesPerMinute?: Given<number>;
  readonly branding?: Given<{ readonly logoUrl?: Given<string>; readonly accentColor?: Given<string> }>;
}

/** What would be right, of each rule that has bounds. */
const bounds = {
  passwordScoreMin: 'The least strength of a password is a number from 60 to 100.',
  passwordLengthMin: 'The least length of a password is a number from 12 to 64.',
  sessionMinutesMax: 'A session lasts from 15 to 129,600 minutes, or as long as the platform lets it.',
  apiPerMinute: 'Requests within a minute are from 1 to 100,000, or what the platform allows.',
  writesPerMinute: 'Mutations within a minute are from 1 to 10,000, or what the platform allows.',
} as const;

/** The rules that can be none at all. */
const nullable: readonly (keyof typeof bounds)[] = ['sessionMinutesMax', 'apiPerMinute', 'writesPerMinute'];

const rangesMax = 100;
const webAddress = z.url({ protocol: /^https?$/ }).max(500);
const color = /^#[0-9a-f]{6}$/;

/**
 * Works out the rules of a tenant as they are to be, from what they are. Refuses SETTING_INVALID, IP_RANGE_INVALID, IP_RANGE_EXCLUDES_YOU (`address` is
 * from where it is asked) and URL_INVALID, each with the path of the rule.
 */
export function changedSettings(present: TenantSettings, input: SettingsInput, address: string | null): TenantSettings {
  return {
    signUp: input.signUp ?? present.signUp,
    hideRegisteredPeople: input.hideRegisteredPeople ?? present.hideRegisteredPeople,
    passwordScoreMin: bounded('passwordScoreMin', input, present) ?? present.passwordScoreMin,
    passwordLengthMin: bounded('passwordLengthMin', input, present) ?? present.passwordLengthMin,
    allowedIpRanges: input.allowedIpRanges == null ? present.allowedIpRanges : readRanges(input.allowedIpRanges, address),
    sessionMinutesMax: bounded('sessionMinutesMax', input, present),
    apiPerMinute: bounded('apiPerMinute', input, present),
    writesPerMinute: bounded('writesPerMinute', input, present),
    branding: changedBranding(present.branding, input.branding),
  };
}

/** The rules that differ, each with its value before and after. */
export function differingSettings(before: TenantSettings, after: TenantSettings): { fields: string[]; before: Partial<TenantSettings>; after: Partial<TenantSettings> } {
  const fields = (Object.keys(after) as (keyof TenantSettings)[]).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field])); // an object's own keys
  const only = (settings: TenantSettings): Partial<TenantSettings> => Object.fromEntries(fields.map((field) => [field, settings[field]]));
  return { fields, before: only(before), after: only(after) };
}

/** Whether somebody who may act now may not be allowed to by the new rules: from where they are, or for so long. */
export function isTighter(before: TenantSettings, after: TenantSettings): boolean {
  const shorter = (after.sessionMinutesMax ?? Infinity) < (before.sessionMinutesMax ?? Infinity);
  const everywhere = after.allowedIpRanges.length === 0;
  const kept = before.allowedIpRanges.length > 0 && before.allowedIpRanges.every((range) => after.allowedIpRanges.includes(range));
  return shorter || !(everywhere || kept);
}

function bounded(field: keyof typeof bounds, input: SettingsInput, present: TenantSettings): number | null {
  const given = input[field];
  if (given === undefined || (given === null && !nullable.includes(field))) return present[field];
  if (!tenantSettings.shape[field].safeParse(given).success) throw new Refusal('SETTING_INVALID', bounds[field], ['input', field]);
  return given;
}

function readRanges(texts: readonly string[], address: string | null): string[] {
  const path = ['input', 'allowedIpRanges'];
  const read = texts.map((text) => parseIpRange(text)?.text);
  const ranges = [...new Set(read)].filter((text) => text !== undefined);
  if (read.includes(undefined) || ranges.length > rangesMax) {
    throw new Refusal('IP_RANGE_INVALID', `Give at most ${rangesMax} ranges such as 203.0.113.0/24 or 2001:db8::/32.`, path);
  }
  if (!letsIn({ allowedIpRanges: ranges }, address)) throw new Refusal('IP_RANGE_EXCLUDES_YOU', 'Your own address is not in these ranges: you would lock yourself out.', path);
  return ranges;
}

function changedBranding(present: TenantSettings['branding'], input: SettingsInput['branding']): TenantSettings['branding'] {
  if (input === undefined) return present;
  const { logoUrl, accentColor } = input ?? { logoUrl: null, accentColor: null };
  return {
    logoUrl: logoUrl === undefined ? present.logoUrl : readLogo(logoUrl),
    accentColor: accentColor === undefined ? present.accentColor : readColor(accentColor),
  };
}

function readLogo(text: string | null): string | null {
  const url = text?.trim() ?? '';
  if (url === '') return null;
  if (!webAddress.safeParse(url).success) throw new Refusal('URL_INVALID', 'This is no http or https address, or it has more than 500 characters.', ['input', 'branding', 'logoUrl']);
  return url;
}

function readColor(text: string | null): string | null {
  const value = text?.trim().toLowerCase() ?? '';
  if (value === '') return null;
  if (!color.test(value)) throw new Refusal('SETTING_INVALID', 'A colour is written like #336699.', ['input', 'branding', 'accentColor']);
  return value;
}
