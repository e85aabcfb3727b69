/** How texts people write are brought into one form, and counted. */

/** A name in its one form: NFKC, so that names that look alike are alike, and without spaces around it. */
export function normalName(text: string): string {
  return text.normalize('NFKC').trim();
}

/** Any other text: NFC, which changes nothing that can be seen, and without spaces around it. */
export function normalText(text: string): string {
  return text.normalize('NFC').trim();
}

/** How many characters a text has: in code points, as PostgreSQL counts. */
export function characters(text: string): number {
  return Array.from(text).length;
}
