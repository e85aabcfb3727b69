import { canonicalJson } from '@kith/kernel/canonicalJson.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase('migrated');
});
afterAll(() => database.drop());

/** Any JSON that jsonb takes: its text without NUL, and well formed. */
const text = fc.string({ unit: 'binary' }).filter((candidate) => !candidate.includes('\0'));
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, Number.MIN_SAFE_INTEGER, 0.1 + 0.2, '__proto__', '\u2028', '𝄞'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    text,
    fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-01-01') }),
    fc.array(tie('json'), { maxLength: 5 }),
    fc.dictionary(text, tie('json'), { maxKeys: 5 }),
  ),
}));

describe('the canonical form of JSON', () => {
  test('is the same after the trip through jsonb, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 30 }), async (values) => {
        const forms = values.map((value) => canonicalJson(value));
        const rows = await database.owner<{ kept: string }[]>`select v::jsonb::text as kept from unnest(${forms}::text[]) with ordinality u (v, n) order by n`;
        expect(rows.map(({ kept }) => canonicalJson(JSON.parse(kept)))).toEqual(forms);
      }),
      { numRuns: 60 },
    );
  });

  test('does not hang on the order of names, nor on what is undefined', () => {
    fc.assert(
      fc.property(fc.dictionary(text, json), (value) => {
        const turned = Object.fromEntries([...Object.entries(value).toReversed(), ['never there', undefined]]);
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
      }),
    );
  });

  test('is that of RFC 8785', () => {
    const sample = { numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001], string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/', literals: [null, true, false] };
    expect(canonicalJson(sample)).toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 })).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  test('differs when the value does', () => {
    fc.assert(fc.property(json, json, (one, other) => canonicalJson(one) === canonicalJson(other) || JSON.stringify(one) !== JSON.stringify(other)));
    const forms = [null, 'null', 0, '0', [], {}, [null], { a: null }, [[]], [{}], '', [1, 2], [12], { a: { b: 1 } }, { a: 1, b: 1 }].map(canonicalJson);
    expect(new Set(forms).size).toBe(forms.length);
  });

  test.each<[string, unknown]>([
    ['NUL', 'a\0b'],
    ['NUL in a name', { '\0': 1 }],
    ['half a surrogate pair', '\uD834'],
    ['what is no number', NaN],
    ['infinity', [Infinity]],
    ['a function', { f: () => {} }],
    ['a bigint', 1n],
    ['undefined in a list', [undefined]],
    ['an object of a class', new Map()],
    ['no date', new Date(NaN)],
  ])('there is none of %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});
