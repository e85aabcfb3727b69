import { completeAt, completeness } from '@kith/users/domain/completeness.ts';
import type { Profile } from '@kith/users/domain/person.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const empty: Profile = {
  displayName: null,
  bio: null,
  pictureUrl: null,
  bannerUrl: null,
  location: null,
  website: null,
  interests: [],
  skills: [],
  twitter: null,
  instagram: null,
  tiktok: null,
  discord: null,
  youtube: null,
};
/** The table of the product (U7). */
const table: [keyof Profile, number][] = [
  ['pictureUrl', 15],
  ['bio', 10],
  ['displayName', 10],
  ['location', 5],
  ['website', 5],
  ['twitter', 5],
  ['instagram', 5],
  ['youtube', 10],
];
const worthless: (keyof Profile)[] = ['bannerUrl', 'tiktok', 'discord'];

test('a profile with nothing in it is 20 complete, 35 with a verified e-mail address', () => {
  expect(completeness(empty, false)).toBe(20);
  expect(completeness(empty, true)).toBe(35);
});

test.each(table)('%s adds %i', (part, points) => {
  expect(completeness({ ...empty, [part]: 'something' }, false)).toBe(20 + points);
  expect(completeness({ ...empty, [part]: '' }, false)).toBe(20);
});

test.each(worthless)('%s adds nothing', (part) => {
  expect(completeness({ ...empty, [part]: 'something' }, false)).toBe(20);
});

test('interests and skills add nothing', () => {
  expect(completeness({ ...empty, interests: ['a'], skills: ['b'] }, false)).toBe(20);
});

test('whatever is filled in adds up, and never to more than 100', () => {
  fc.assert(
    fc.property(fc.subarray(table), fc.subarray(worthless), fc.boolean(), (filled, others, verified) => {
      const profile = { ...empty, ...Object.fromEntries([...filled.map(([part]) => part), ...others].map((part) => [part, 'x'])) };
      const sum = filled.reduce((total, [, points]) => total + points, 20 + (verified ? 15 : 0));
      expect(completeness(profile, verified)).toBe(Math.min(sum, 100));
    }),
  );
  expect(completeness({ ...empty, ...Object.fromEntries(table.map(([part]) => [part, 'x'])) }, true)).toBe(100);
});

test('a profile is complete from 80 on', () => {
  expect(completeAt).toBe(80);
});
