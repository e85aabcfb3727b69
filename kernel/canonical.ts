/**
 * The one form a login name is compared in: e-mail addresses and usernames alike are NFKC-normalised and lower-cased
 * here and nowhere else, since JavaScript and PostgreSQL fold some letters differently. Stored beside the original.
 */
export function canonicalLogin(text: string): string {
  return text.trim().normalize('NFKC').toLowerCase();
}
