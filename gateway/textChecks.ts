/** Says what makes a text unfit to be stored or compared, or null. PostgreSQL takes no NUL, and UTF-8 no lone surrogate. */
export function unfitText(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character';
  return text.isWellFormed() ? null : 'is not well-formed Unicode';
}

/** Deeper than any input of the graph; a text of 100 KB can be nested so deep that looking through it overflows the stack. */
const nestingMax = 32;
/** What is wrong is said of a place in few words, even when its keys have many. */
const pathLengthMax = 100;

/** Looks through variables for a text or a number that is unfit and answers where it is and why, or null. */
export function unfitVariable(value: unknown, path: string, nesting = 0): string | null {
  const shownPath = path.length > pathLengthMax ? `${path.slice(0, pathLengthMax)}...` : path;
  if (nesting > nestingMax) return `${shownPath} is nested too deep`;
  if (typeof value === 'string') {
    const problem = unfitText(value);
    return problem === null ? null : `${shownPath} ${problem}`;
  }
  // JSON has rounded it before we could look.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return `${shownPath} is an integer too large to be exact`;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const unfitKey = unfitText(key);
    const problem = unfitKey === null ? unfitVariable(inner, `${path}.${key}`, nesting + 1) : `a key in ${shownPath} ${unfitKey}`;
    if (problem !== null) return problem;
  }
  return null;
}
