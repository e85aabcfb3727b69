import { Refusal } from '@kith/kernel/errors.ts';
import { normalText, characters } from '@kith/kernel/plainText.ts';
import type { UserStatus } from './person.ts';

/** What an administrator does to an account. */
export interface StatusChange {
  readonly to: UserStatus;
  /** From where alone it leads there; null where the status machine in the database is all that decides. */
  readonly onlyFrom: readonly UserStatus[] | null;
  readonly reason: string | null;
  readonly suspendedUntil: Date | null;
}

/** From where each of them leads anywhere: what `people_status_machine` in the database takes, and reinstating no further than that. */
export const leadsFrom: Readonly<Record<'suspend' | 'ban' | 'reinstate', readonly UserStatus[]>> = {
  suspend: ['ACTIVE'],
  ban: ['ACTIVE', 'SUSPENDED'],
  reinstate: ['SUSPENDED', 'BANNED'],
};

const reasonLengthMax = 500;
const suspensionDays = 7;

/** A suspension: for 7 days, or until a moment that lies ahead, at most a year. Refuses REASON_REQUIRED and UNTIL_INVALID. */
export function suspension(reason: string, until: Date | null, now: Date): StatusChange {
  return { to: 'SUSPENDED', onlyFrom: null, reason: readReason(reason), suspendedUntil: until === null ? daysAhead(now, suspensionDays) : readUntil(until, now) };
}

/** A ban, until somebody lifts it. Refuses REASON_REQUIRED. */
export function ban(reason: string): StatusChange {
  return { to: 'BANNED', onlyFrom: null, reason: readReason(reason), suspendedUntil: null };
}

/** The end of a suspension or a ban. Whoever has yet to prove their address is not made active by it. */
export const reinstatement: StatusChange = { to: 'ACTIVE', onlyFrom: leadsFrom.reinstate, reason: null, suspendedUntil: null };

function readReason(text: string): string {
  const reason = normalText(text);
  if (reason === '' || characters(reason) > reasonLengthMax) throw new Refusal('REASON_REQUIRED', `Give a reason of at most ${reasonLengthMax} characters.`, ['input', 'reason']);
  return reason;
}

function readUntil(until: Date, now: Date): Date {
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + 1);
  if (until <= now || until > latest) throw new Refusal('UNTIL_INVALID', 'The end has to lie in the future, at most a year away.', ['input', 'until']);
  return until;
}

function daysAhead(now: Date, days: number): Date {
  return new Date(now.getTime() + days * 86_400_000);
}
