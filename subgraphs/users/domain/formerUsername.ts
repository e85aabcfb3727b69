import { cursorCodec, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';

/** A name a person gave up. */
export interface FormerUsername {
  readonly username: string;
  readonly givenUpAt: Date;
  readonly reservedUntil: Date;
}

/** Where a list of names goes on: when the last one was given up, and the name. */
export type FormerUsernameCursor = readonly [givenUpAt: string, username: string];

const nameLengthMax = 50;

export const formerUsernameCursors = cursorCodec('former usernames', z.tuple([cursorMoment, z.string().max(nameLengthMax)]), (row: FormerUsername) => [
  row.givenUpAt.toISOString(),
  row.username,
]);
