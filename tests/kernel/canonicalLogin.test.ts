import { canonicalLogin } from '@kith/kernel/canonical.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test.each([
  ['Ada@Kith.Test', 'ada@kith.test'],
  ['  ada  ', 'ada'],
  ['ＡＤＡ', 'ada'],
  ['ﬁnn', 'finn'],
  ['e\u0301lodie', 'élodie'],
  ['É', 'é'],
  ['İ', 'i̇'],
  ['ΑΣ', 'ας'],
  ['\u00A0ada\u3000', 'ada'],
  ['', ''],
])('%j is compared as %j', (written, compared) => {
  expect(canonicalLogin(written)).toBe(compared);
});

// Beyond them there are no letters yet.
const lettersEnd = 0x3_20_00;

test('the form of a form is the form itself, for every letter there is', () => {
  const unstable: string[] = [];
  for (let code = 0; code < lettersEnd; code += 1) {
    if (code >= 0xd8_00 && code < 0xe0_00) continue;
    for (const text of [String.fromCodePoint(code, 97), String.fromCodePoint(97, code, 97), String.fromCodePoint(97, code)]) {
      const once = canonicalLogin(text);
      if (canonicalLogin(once) !== once) unstable.push(text);
    }
  }
  expect(unstable).toEqual([]);
});

test('the form of a form is the form itself, for every text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => canonicalLogin(canonicalLogin(text)) === canonicalLogin(text)), { numRuns: 2_000 });
});

test('texts that differ in case, width or the way their accents are written are one', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'x', 'é', 'ß', 'ñ', '0', '_', '@', '.'), minLength: 1 });
  fc.assert(fc.property(letters, (text) => canonicalLogin(text.normalize('NFD')) === canonicalLogin(text) && canonicalLogin(` ${text}\t`) === canonicalLogin(text)));
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'x', 'z', '0', '9', '_', '@', '.') }), (text) => canonicalLogin(text.toUpperCase()) === canonicalLogin(text)));
});
