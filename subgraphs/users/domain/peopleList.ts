import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import type { Person } from './person.ts';

/** The lists of people that hang on a person. */
export const peopleLists = ['followers', 'following', 'mutualFollowers', 'blockedUsers'] as const;
export type PeopleList = (typeof peopleLists)[number];

/** A person in a list that is sorted by a moment: when the follow or the block was made, or when they were last seen. */
export type DatedPerson = Person & { readonly at: Date };

/** Where such a list goes on: the moment, and the id of the person. */
export type DatedCursor = readonly [at: string, id: string];

const datedCursors = (list: string) => cursorCodec(list, z.tuple([cursorMoment, cursorId]), ({ at, id }: DatedPerson) => [at.toISOString(), id]);

/** The cursors of each list that hangs on a person. */
export const peopleCursors = {
  followers: datedCursors('followers'),
  following: datedCursors('following'),
  mutualFollowers: datedCursors('mutualFollowers'),
  blockedUsers: datedCursors('blockedUsers'),
} as const satisfies Record<PeopleList, unknown>;

/** The cursors of who is online. */
export const onlineCursors = datedCursors('usersOnline');
