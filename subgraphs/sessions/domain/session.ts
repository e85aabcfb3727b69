import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';

/** One place where a person is signed in. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly device: string;
  readonly browser: string | null;
  readonly operatingSystem: string | null;
  readonly ipAddress: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

/** Where a list of sessions goes on: when the last one was used, and its id. */
export type SessionCursor = readonly [lastSeenAt: string, id: string];

export const sessionCursors = cursorCodec('sessions', z.tuple([cursorMoment, cursorId]), (session: Session) => [session.lastSeenAt.toISOString(), session.id]);
