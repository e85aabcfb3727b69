import { RequestError } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';

/** An entry of the audit log: who did what to whom. */
export interface AuditEntry {
  readonly id: string;
  /** Its place in the tenant's log. Null for entries from before the log was chained. */
  readonly sequence: number | null;
  readonly occurredAt: Date;
  readonly actorId: UserId | null;
  readonly impersonatorId: UserId | null;
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** In hexadecimal. */
  readonly digest: string | null;
  readonly redactedAt: Date | null;
}

/** Where a list of entries goes on: when the last one happened, and its id. */
export type AuditCursor = readonly [occurredAt: string, id: string];

export const auditCursors = cursorCodec('audit', z.tuple([cursorMoment, cursorId]), (entry: AuditEntry) => [entry.occurredAt.toISOString(), entry.id]);

/** What of the log is asked for. */
export interface AuditFilter {
  /** The exact name of an act, or the beginning of one that ends with a dot. */
  readonly action: string | null;
  readonly actorId: UserId | null;
  readonly targetUserId: UserId | null;
  readonly from: Date | null;
  readonly until: Date | null;
}

type Given<Value> = Value | null | undefined;

/** Reads what of the log is asked for. Refuses BAD_REQUEST for ids that are none and for action names of another form. */
export function readAuditFilter(given: { action?: Given<string>; actorId?: Given<string>; targetUserId?: Given<string>; from?: Given<Date>; until?: Given<Date> }): AuditFilter {
  const action = given.action ?? null;
  if (action !== null && !/^[a-z_]{1,50}\.[a-z_.]{0,50}$/.test(action)) throw new RequestError('BAD_REQUEST', '`action` is the name of an act, such as `user.suspend`, or the beginning of one, such as `user.`.');
  return { action, actorId: readId(given.actorId, 'actorId'), targetUserId: readId(given.targetUserId, 'targetUserId'), from: given.from ?? null, until: given.until ?? null };
}

function readId(text: Given<string>, name: string): UserId | null {
  if (text === null || text === undefined) return null;
  const id = parseId<UserId>(text);
  if (id === null) throw new RequestError('BAD_REQUEST', `\`${name}\` is no id.`);
  return id;
}
