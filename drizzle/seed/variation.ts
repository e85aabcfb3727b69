/**
 * Answers a whole number from 0 up to but not including `below`: always the same one for the same words, and without
 * a pattern for the eye (FNV-1a, 32 bits, with the finish of MurmurHash3, since FNV alone leaves the low bits alike).
 */
export function variation(below: number, ...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of words.join(' ')) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % below;
}

/** Picks one of a list, always the same one for the same words. */
export function picked<T>(list: readonly [T, ...T[]], ...words: readonly (string | number)[]): T {
  return list[variation(list.length, ...words)] ?? list[0];
}
