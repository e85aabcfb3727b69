import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import type { Membership } from './tenant.ts';

/** Where a list of memberships goes on: when the last one joined, and its id. */
export type MembershipCursor = readonly [joinedAt: string, id: string];

export const membershipCursors = cursorCodec('memberships', z.tuple([cursorMoment, cursorId]), (membership: Membership) => [membership.joinedAt.toISOString(), membership.id]);
