import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import type { LoginFailure } from './signInDecision.ts';

/** An attempt to sign in, as the person it was meant for may see it. */
export interface Login {
  readonly id: string;
  readonly occurredAt: Date;
  readonly failure: LoginFailure | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** Where a list of attempts goes on: when the last one was, and its id. */
export type LoginCursor = readonly [occurredAt: string, id: string];

export const loginCursors = cursorCodec('logins', z.tuple([cursorMoment, cursorId]), (login: Login) => [login.occurredAt.toISOString(), login.id]);

/** Why an attempt failed, as the graph shows it. Attempts with a login nobody goes by are nobody's, so no list holds one. */
export function shownFailure(failure: Login['failure']): Exclude<LoginFailure, 'UNKNOWN_LOGIN'> | null {
  return failure === 'UNKNOWN_LOGIN' ? null : failure;
}
