const lengthMax = 35;

/** The locale of whoever says nothing of one, or nothing that can be understood. */
export const defaultLocale = 'en';

/** Reads a BCP 47 language tag into its canonical form. Null for what is none. */
export function parseLocale(tag: string): string | null {
  if (tag.length > lengthMax) return null;
  try {
    const canonical = Intl.getCanonicalLocales(tag)[0] ?? null;
    return canonical !== null && canonical.length <= lengthMax ? canonical : null;
  } catch {
    return null;
  }
}

/** The same for somebody new, of whom what is none counts as not said: nobody is turned away for it. */
export function readLocale(tag: string | null): string {
  return (tag === null ? null : parseLocale(tag)) ?? defaultLocale;
}
