import { Refusal } from '@kith/kernel/errors.ts';
import { parseLocale } from './locale.ts';

/** What a person chose for themselves. */
export interface Preferences {
  readonly locale: string;
  readonly timeZone: string;
  /** Whether others see when they are there. */
  readonly showPresence: boolean;
  readonly colorScheme: 'SYSTEM' | 'LIGHT' | 'DARK';
}

/** What a person wants changed; what is not given, or null, stays as it is. */
export type PreferencesInput = { readonly [Field in keyof Preferences]?: Preferences[Field] | null };

const timeZoneLengthMax = 64;

/** Reads what is to change in somebody's preferences. Refuses LOCALE_INVALID and TIME_ZONE_INVALID. */
export function draftPreferences({ locale, timeZone, showPresence, colorScheme }: PreferencesInput): Partial<Preferences> {
  return {
    ...(locale === undefined || locale === null ? {} : { locale: readLocale(locale) }),
    ...(timeZone === undefined || timeZone === null ? {} : { timeZone: readTimeZone(timeZone) }),
    ...(showPresence === undefined || showPresence === null ? {} : { showPresence }),
    ...(colorScheme === undefined || colorScheme === null ? {} : { colorScheme }),
  };
}

function readLocale(tag: string): string {
  const locale = parseLocale(tag);
  if (locale === null) throw new Refusal('LOCALE_INVALID', 'This is no language tag. One looks like en or pt-BR.', ['input', 'locale']);
  return locale;
}

function readTimeZone(name: string): string {
  const timeZone = parseTimeZone(name);
  if (timeZone === null) throw new Refusal('TIME_ZONE_INVALID', 'There is no time zone of this name. One looks like Europe/Lisbon.', ['input', 'timeZone']);
  return timeZone;
}

/** Reads the IANA name of a time zone, ignoring upper and lower case. Null for what is none, a bare offset such as `+01:00` among it. */
export function parseTimeZone(name: string): string | null {
  if (name.length > timeZoneLengthMax || !/^[a-z]/i.test(name)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // Of a zone with several names this answers the one it knows best, which may not be the one that was chosen.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    return null;
  }
}
