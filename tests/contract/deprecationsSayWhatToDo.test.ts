import { findBareDeprecations } from '@kith/schema/guards/deprecations.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

/** Lists what is found about a field with the given directive. */
function faultsOf(directive: string): string[] {
  return messagesOf(findBareDeprecations([aSubgraph(`type Thing { old: Int ${directive} }`)]));
}

test('a deprecation with its replacement and its removal date passes', () => {
  expect(faultsOf('@deprecated(reason: "Use `new`; goes on 2027-06-30.")')).toEqual([]);
  expect(faultsOf('')).toEqual([]);
});

test.each([
  ['no reason', '@deprecated', 'a reason'],
  ['an empty reason', '@deprecated(reason: " ")', 'a reason'],
  ['no replacement', '@deprecated(reason: "Goes on 2027-06-30.")', 'naming its replacement between backticks'],
  ['no date', '@deprecated(reason: "Use `new`.")', 'a removal date'],
])('a deprecation with %s is found', (_, directive, missing) => {
  expect(faultsOf(directive)).toEqual([`Thing.old is deprecated without ${missing}.`]);
});

test('deprecated arguments, input fields and enum values are held to the same', () => {
  const sdl = 'type T { f(a: Int @deprecated): Int } input I { f: Int @deprecated } enum E { V @deprecated }';
  expect(messagesOf(findBareDeprecations([aSubgraph(sdl)]))).toEqual([
    'T.f(a:) is deprecated without a reason.',
    'I.f is deprecated without a reason.',
    'E.V is deprecated without a reason.',
  ]);
});
