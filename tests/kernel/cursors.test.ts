import { achievementCursors } from '@kith/gamification/domain/player.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { CursorCodec } from '@kith/kernel/page.ts';
import { cursorCodec, cursorId, cursorInt, cursorMoment, pageRequest } from '@kith/kernel/page.ts';
import { sessionCursors } from '@kith/sessions/domain/session.ts';
import { membershipCursors } from '@kith/tenants/domain/membershipCursor.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

type Keys = readonly [boolean, number, string];
const people = cursorCodec('people', z.tuple([z.boolean(), cursorInt, cursorId]), (keys: Keys) => keys);
const moments = cursorCodec('moments', z.tuple([cursorMoment, cursorId]), (keys: readonly [string, string]) => keys);
const everyCodec: readonly CursorCodec<never, unknown>[] = [people, moments, membershipCursors, sessionCursors, achievementCursors];

const moment = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }).map((date) => date.toISOString());
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const asCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  test('holds what was put into it, and comes back as it was', () => {
    fc.assert(
      fc.property(fc.tuple(fc.boolean(), int, fc.uuid()), (keys) => {
        expect(people.decode(people.encode(keys))).toEqual(keys);
      }),
    );
    fc.assert(
      fc.property(fc.tuple(moment, fc.uuid()), (keys) => {
        expect(moments.decode(moments.encode(keys))).toEqual(keys);
      }),
    );
  });

  test('is text that goes into a URL as it is', () => {
    fc.assert(fc.property(fc.tuple(fc.boolean(), int, fc.uuid()), (keys) => /^[A-Za-z0-9_-]+$/.test(people.encode(keys))));
  });

  test('of one list is none of another, though its keys are the same', () => {
    const keys = ['2026-01-01T00:00:00.000Z', '01890000-0000-7000-8000-000000000000'];
    expect(membershipCursors.decode(asCursor(['memberships', ...keys]))).toEqual(keys);
    expect(membershipCursors.decode(asCursor(['sessions', ...keys]))).toBeNull();
    expect(sessionCursors.decode(asCursor(['achievements', ...keys]))).toBeNull();
    expect(achievementCursors.decode(asCursor(['memberships', ...keys]))).toBeNull();
    expect(membershipCursors.decode(asCursor(keys))).toBeNull();
  });

  test('that is none is null, whatever it is', () => {
    const garbage = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String(), fc.json().map((json) => Buffer.from(json).toString('base64url')), fc.jsonValue().map((value) => asCursor(['people', value])));
    fc.assert(
      fc.property(garbage, (text) => {
        for (const codec of everyCodec) expect(codec.decode(text)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  test('that was changed in one place is another cursor or none, and never a fault', () => {
    fc.assert(
      fc.property(fc.tuple(fc.boolean(), int, fc.uuid()), fc.nat(), fc.base64String({ minLength: 1 }), (keys, place, letters) => {
        const cursor = people.encode(keys);
        const changed = cursor.slice(0, place % cursor.length) + letters + cursor.slice((place % cursor.length) + letters.length);
        const decoded = people.decode(changed);
        expect(decoded === null || decoded.length === 3).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each([[['people', true, 3_000_000_000, '01890000-0000-7000-8000-000000000000']], [['people', true, 1.5, '01890000-0000-7000-8000-000000000000']], [['people', 1, 1, '01890000-0000-7000-8000-000000000000']], [['people', true, 1, 'x']], [['people', true, 1]], [['people']], [[]], [null]])('of %j is none: PostgreSQL would not take it', (value) => {
    expect(people.decode(asCursor(value))).toBeNull();
  });

  test.each([['0000-01-01T00:00:00.000Z'], ['2026-02-30T00:00:00.000Z'], ['2026-01-01T00:00:00Z'], ['2026-01-01T00:00:00.0000Z'], ['2026-01-01T00:00:00.000'], ['2026-01-01'], ['+020000-01-01T00:00:00.000Z'], ['now'], ['infinity']])('of the moment %j is none', (text) => {
    expect(moments.decode(asCursor(['moments', text, '01890000-0000-7000-8000-000000000000']))).toBeNull();
  });
});

test('the arguments of a list make a page or BAD_REQUEST, whatever they are', () => {
  const size = fc.option(fc.integer({ min: -300, max: 300 }));
  const cursor = fc.option(fc.oneof(fc.string(), fc.constant(people.encode([true, 1, '01890000-0000-7000-8000-000000000000']))));
  fc.assert(
    fc.property(fc.record({ first: size, after: cursor, last: size, before: cursor }, { requiredKeys: [] }), (args) => {
      try {
        const page = pageRequest(args, people);
        expect(page.size).toBeGreaterThanOrEqual(1);
        expect(page.size).toBeLessThanOrEqual(200);
        expect(page.size).toBe(args.first ?? args.last ?? 20);
        expect(page.direction).toBe((args.last ?? null) !== null || ((args.before ?? null) !== null && (args.first ?? null) === null) ? 'backward' : 'forward');
      } catch (error) {
        expect(error).toBeInstanceOf(RequestError);
        expect(error).toMatchObject({ code: 'BAD_REQUEST' });
      }
    }),
    { numRuns: 500 },
  );
});
