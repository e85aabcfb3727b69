import type { UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import type { Role } from '@kith/kernel/role.ts';
import { z } from 'zod';

/** A change of what somebody may do in a tenant. */
export interface RoleChange {
  readonly id: string;
  /** Null when they joined by it. */
  readonly from: Role | null;
  readonly to: Role;
  readonly changedById: UserId;
  readonly changedAt: Date;
}

/** Where a list of changes goes on: when the last one was made, and its id. */
export type RoleChangeCursor = readonly [changedAt: string, id: string];

export const roleChangeCursors = cursorCodec('roleChanges', z.tuple([cursorMoment, cursorId]), (change: RoleChange) => [change.changedAt.toISOString(), change.id]);
