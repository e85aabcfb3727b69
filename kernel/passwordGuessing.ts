import type { TranslationKeys } from '@zxcvbn-ts/core';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** How a guesser would fare with a password, and what would help against them. */
export interface GuessingVerdict {
  readonly guessable: boolean;
  /** Why, in one sentence. Null when nothing in particular stands out. */
  readonly reason: string | null;
  /** In sentences for people. */
  readonly suggestions: readonly string[];
}

// 3 of 4 is "safely unguessable": more than 10^8 guesses (zxcvbn, USENIX Security 2016).
const scoreMin = 3;
// The work grows with the square of the length. 64 characters took at most 12 ms, 128 up to 65 ms, of the thread that answers everybody.
const charactersRead = 64;
// Of the ways to undo "p@ssw0rd"; the library's 100 took three times as long and found nothing more.
const substitutionsMax = 20;
// Belongs to every password of this product, so it makes none harder to guess.
const productWords = ['kith'];

const commonPasswords = new Set(dictionary['passwords-common']);
let guesser: ZxcvbnFactory | undefined;

/** Whether a password stands in the list of common and breached ones (49,233 of them), in whatever capitals. */
export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password.toLowerCase());
}

/** Tries how long a guesser who knows the common passwords, the keyboard, the calendar and the person would take. Looks at 64 characters. */
export function guessPassword(password: string, personal: readonly string[]): GuessingVerdict {
  guesser ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: charactersRead, l33tMaxSubstitutions: substitutionsMax });
  const { score, feedback } = guesser.check(password.slice(0, charactersRead), [...productWords, ...personal]);
  return {
    guessable: score < scoreMin,
    reason: textOf(warnings, feedback.warning),
    suggestions: feedback.suggestions.map((key) => textOf(suggestions, key)).filter((text) => text !== null),
  };
}

function textOf(texts: Readonly<Record<string, string>>, key: string | null): string | null {
  return key === null ? null : (texts[key] ?? null);
}

const warnings: Record<keyof TranslationKeys['warnings'], string> = {
  straightRow: 'Keys that lie in a row are easy to guess.',
  keyPattern: 'A short pattern on the keyboard is easy to guess.',
  simpleRepeat: 'One sign over and over, such as "aaa", is easy to guess.',
  extendedRepeat: 'A group of signs over and over, such as "abcabcabc", is hardly harder to guess than the group once.',
  sequences: 'Sequences such as "abc" or "6543" are easy to guess.',
  recentYears: 'Recent years are easy to guess.',
  dates: 'Dates are easy to guess.',
  topTen: 'It is one of the ten most common passwords.',
  topHundred: 'It is one of the hundred most common passwords.',
  common: 'It is a common password.',
  similarToCommon: 'It is close to a common password.',
  wordByItself: 'A single word is easy to guess.',
  namesByThemselves: 'A single name is easy to guess.',
  commonNames: 'Common names are easy to guess.',
  userInputs: 'It is made of your name, your address or the name of this product.',
  pwned: 'It stands in a list of stolen passwords.',
};

const suggestions: Record<keyof TranslationKeys['suggestions'], string> = {
  l33t: 'Signs in place of letters, such as "@" for "a", do not help: guessers try them.',
  reverseWords: 'A word written backwards does not help: guessers try that.',
  allUppercase: 'Write some letters in capitals, but not all of them.',
  capitalization: 'A capital in front does not help: put capitals elsewhere.',
  dates: 'Leave out dates and years that have to do with you.',
  recentYears: 'Leave out recent years.',
  associatedYears: 'Leave out years that have to do with you.',
  sequences: 'Leave out sequences of letters or digits.',
  repeated: 'Leave out what repeats itself.',
  longerKeyboardPattern: 'Change direction more often on the keyboard.',
  anotherWord: 'Add more words that have nothing to do with each other.',
  useWords: 'Use several words that do not usually stand together.',
  noNeed: 'Several unusual words need no other signs.',
  pwned: 'Where you use this password elsewhere, change it there as well.',
};
