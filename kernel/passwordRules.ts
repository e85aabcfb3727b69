import { guessPassword, isCommonPassword } from './passwordGuessing.ts';
import type { PasswordFloor } from './passwordFloor.ts';
import { usualFloor } from './passwordFloor.ts';
import { passwordLength, passwordLengthMax } from './passwordLength.ts';

/** What is thought of a password, in numbers and in sentences for people. */
export interface PasswordVerdict {
  /** 0 to 100. */
  readonly score: number;
  readonly accepted: boolean;
  /** What is wrong with it. Empty when it is accepted. */
  readonly problems: string[];
  /** What would make it better. */
  readonly suggestions: string[];
}

// Shorter words stand in any text by chance.
const personalWordLengthMin = 4;
const personalWordsMax = 50;

const lengthSteps = [
  { length: usualFloor.lengthMin, points: 20, advice: atLeast(usualFloor.lengthMin) },
  { length: 16, points: 10, advice: 'Use 16 characters or more.' },
  { length: 20, points: 10, advice: 'Use 20 characters or more.' },
] as const;

const kindPoints = 15;
const kinds = [
  { sign: /\p{Ll}/u, advice: 'Add lower-case letters.' },
  { sign: /\p{Lu}/u, advice: 'Add capital letters.' },
  { sign: /\p{Nd}/u, advice: 'Add digits.' },
  { sign: /[^\p{Ll}\p{Lu}\p{Nd}]/u, advice: 'Add other signs: spaces and punctuation count.' },
] as const;

const losses = [
  { points: 30, met: isCommonPassword, advice: 'Choose one that nobody else uses.' },
  { points: 10, met: (password: string) => /(.)\1\1/su.test(password), advice: 'Do not put the same sign three times in a row.' },
] as const;

/**
 * Judges a password: 20 points for 12 characters, 10 more at 16 and at 20, 15 for each of four kinds of signs, less 30 for a common
 * one and 10 for a sign three times in a row; never below 0. It is accepted at 60, if it also has 12 to 128 characters, holds none
 * of the `personal` words (name, username, address), and would take a guesser long. A `floor` above the usual one asks for a higher score or
 * more characters. The work is bounded whatever comes in.
 */
export function checkPassword(password: string, personal: readonly string[], floor: PasswordFloor = usualFloor): PasswordVerdict {
  const length = passwordLength(password);
  if (length > passwordLengthMax) return tooLong(password);
  const score = scoreOf(password, length);
  const words = personalWords(personal);
  const isPersonal = holdsAny(password, words);
  const { guessable, reason, suggestions } = guessPassword(password, words);
  const problems = [
    ...(length < floor.lengthMin ? [`It has fewer than ${floor.lengthMin} characters${askedBy(floor.lengthMin > usualFloor.lengthMin)}.`] : []),
    ...(isCommonPassword(password) ? ['It stands in a list of common and stolen passwords.'] : []),
    ...(isPersonal ? ['It holds your name or your address.'] : []),
    ...(guessable && !isCommonPassword(password) ? [reason ?? 'It is easy to guess.'] : []),
    ...(score < floor.scoreMin ? [`It scores ${score} of 100; ${floor.scoreMin} are needed${askedBy(floor.scoreMin > usualFloor.scoreMin)}.`] : []),
  ];
  const advice = [...adviceOn(password, length, floor), ...(isPersonal ? ['Leave out what has to do with you.'] : []), ...(guessable ? suggestions : [])];
  return { score, accepted: problems.length === 0, problems, suggestions: [...new Set(advice)] };
}

/** A refused password in one text, for the message of a refusal: what is wrong, then what would help. */
export function explainPassword({ problems, suggestions }: PasswordVerdict): string {
  return ['This password cannot be taken.', ...problems, ...suggestions].join(' ');
}

function atLeast(length: number): string {
  return `Use at least ${length} characters.`;
}

/** Says who asks for more than everybody has to have. */
function askedBy(byTenant: boolean): string {
  return byTenant ? ': the tenant asks for as much' : '';
}

function tooLong(password: string): PasswordVerdict {
  const score = scoreOf(password.slice(0, passwordLengthMax), passwordLengthMax);
  return { score, accepted: false, problems: [`It is longer than ${passwordLengthMax} characters.`], suggestions: [`Use at most ${passwordLengthMax} characters.`] };
}

function scoreOf(password: string, length: number): number {
  const gained = [...lengthSteps.filter((step) => length >= step.length).map(({ points }) => points), ...kinds.filter(({ sign }) => sign.test(password)).map(() => kindPoints)];
  const lost = losses.filter(({ met }) => met(password)).map(({ points }) => points);
  return Math.min(100, Math.max(0, sum(gained) - sum(lost)));
}

/** The next step in length, whatever kind of sign is missing, and what costs points. */
function adviceOn(password: string, length: number, floor: PasswordFloor): string[] {
  const nextStep = length < floor.lengthMin ? { advice: atLeast(floor.lengthMin) } : lengthSteps.find((step) => length < step.length);
  return [...(nextStep === undefined ? [] : [nextStep]), ...kinds.filter(({ sign }) => !sign.test(password)), ...losses.filter(({ met }) => met(password))].map(({ advice }) => advice);
}

/** The words a person is known by: what was given, and its parts. Of an address only what stands in front of the @ is theirs. */
function personalWords(personal: readonly string[]): string[] {
  const words = personal.slice(0, personalWordsMax).flatMap((text) => {
    const word = text.slice(0, 255).toLowerCase();
    const own = word.includes('@') ? word.slice(0, word.lastIndexOf('@')) : word;
    return [word, own, ...own.split(/[^\p{L}\p{N}]+/u)];
  });
  return [...new Set(words)].filter((word) => word.length >= personalWordLengthMin).slice(0, personalWordsMax);
}

function holdsAny(password: string, words: readonly string[]): boolean {
  const lower = password.toLowerCase();
  return words.some((word) => lower.includes(word));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
