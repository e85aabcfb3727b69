/** Puts the paragraphs of a plain-text mail together, and signs it. */
export function plainText(...paragraphs: readonly string[]): string {
  return `${[...paragraphs, '-- \nKith'].join('\n\n')}\n`;
}
