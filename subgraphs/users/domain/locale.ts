const lengthMax = 35;

/** The locale of whoever says nothing of one, or nothing that can be understood. */
export const defaultLocale = 'en';

/** Reads a BCP 47 language tag into its canonical form. What is none counts as not said: nobody is turned away for it. */
export function readLocale(tag: string | null): string {
  if (tag === null || tag.length > lengthMax) return defaultLocale;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? defaultLocale;
  } catch {
    return defaultLocale;
  }
}
