/**
 * The one form a login name is compared in: e-mail addresses and usernames alike are NFKC-normalised and lower-cased
 * here and nowhere else, since JavaScript and PostgreSQL fold some letters differently. Stored beside the original.
 * The form of a form is itself: normalising can bring spaces to the edges, and lower-casing what is not normalised.
 */
export function canonicalLogin(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}
