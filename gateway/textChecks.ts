/** Says what makes a text unfit to be stored or compared, or null. PostgreSQL takes no NUL, and UTF-8 no lone surrogate. */
export function unfitText(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character';
  return text.isWellFormed() ? null : 'is not well-formed Unicode';
}

/** Looks through variables for a text that is unfit and answers where it is and why, or null. */
export function unfitVariable(value: unknown, path: string): string | null {
  if (typeof value === 'string') {
    const problem = unfitText(value);
    return problem === null ? null : `${path} ${problem}`;
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const problem = unfitVariable(inner, `${path}.${key}`) ?? (unfitText(key) === null ? null : `a key in ${path} ${unfitText(key)}`);
    if (problem !== null) return problem;
  }
  return null;
}
