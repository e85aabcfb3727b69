import type { UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import type { UserStatus } from './person.ts';

/** A change of where an account stands, as it was written down. */
export interface PastStatusChange {
  readonly id: string;
  readonly from: UserStatus;
  readonly to: UserStatus;
  readonly reason: string | null;
  readonly actorId: UserId | null;
  readonly changedAt: Date;
}

/** Where a list of changes goes on: when the last one was, and its id. */
export type StatusChangeCursor = readonly [changedAt: string, id: string];

export const statusChangeCursors = cursorCodec('status changes', z.tuple([cursorMoment, cursorId]), (row: PastStatusChange) => [row.changedAt.toISOString(), row.id]);
