import type { SessionId } from '@kith/kernel/ids.ts';
import type { Transaction } from '../../database.ts';
import { loginHistory, sessions } from '../../tables/sessions.ts';
import type { Cast, CastPerson, Member } from '../cast.ts';
import { personNamed, stopOf } from '../cast.ts';
import { between, daysFrom } from '../days.ts';
import { demoIds } from '../demoId.ts';
import { devices, documentationAddress } from '../devices.ts';
import { picked, variation } from '../variation.ts';

type SessionRow = typeof sessions.$inferInsert;
type AttemptRow = typeof loginHistory.$inferInsert;

// "Remember me": a database kept for weeks still shows people signed in.
const sessionDays = 90;

/** Signs people in on their devices, in the tenants they belong to, and lets some attempts fail. */
export async function signIn(tx: Transaction, cast: Cast): Promise<void> {
  const nextId = demoIds('session');
  const opened = cast.people.flatMap((person) => sessionsOf(cast, person, nextId));
  await tx.insert(sessions).values(opened);
  await tx.insert(loginHistory).values(attemptsOf(cast, opened));
}

function sessionsOf(cast: Cast, person: CastPerson, nextId: () => string): SessionRow[] {
  if (person.verifiedAt === null) return [];
  return Array.from({ length: sessionCountOf(person) }, (_, index) => sessionRow(cast, person, nextId() as SessionId, index)); // made for a session
}

function sessionCountOf({ persona }: CastPerson): number {
  if (persona.username === 'ada') return 6;
  return persona.standing === undefined ? 1 + variation(6, persona.username, 'sessions') : 1;
}

function sessionRow(cast: Cast, person: CastPerson, id: SessionId, index: number): SessionRow {
  const { username } = person.persona;
  const member = memberOf(person, index);
  const createdAt = between(member.joinedAt, cast.today, (1 + variation(89, username, 'session', index)) / 100);
  const lastSeenAt = between(createdAt, cast.today, (60 + variation(40, username, 'seen', index)) / 100);
  const { device, browser, operatingSystem, userAgent } = picked(devices, username, 'device', index);
  return {
    id,
    userId: person.id,
    tenantId: member.tenantId,
    device,
    browser,
    operatingSystem,
    ipAddress: documentationAddress(variation(4, username, 'network', index), 1 + variation(254, username, 'host', index)),
    userAgent,
    createdAt,
    expiresAt: daysFrom(createdAt, sessionDays),
    absoluteExpiresAt: daysFrom(createdAt, sessionDays),
    ...endOf(cast, person, createdAt, lastSeenAt, index),
  };
}

/** Every tenth session was ended by its person, but never their first; those who were stopped lost theirs that moment. */
function endOf(cast: Cast, { persona }: CastPerson, createdAt: Date, lastSeenAt: Date, index: number): { lastSeenAt: Date; revokedAt: Date | null } {
  if (persona.standing !== undefined) {
    const { at } = stopOf(cast);
    return { lastSeenAt: between(createdAt, at, 0.9), revokedAt: at };
  }
  const ended = index > 0 && variation(10, persona.username, 'ended', index) === 0;
  return { lastSeenAt, revokedAt: ended ? lastSeenAt : null };
}

function memberOf({ members, persona }: CastPerson, index: number): Member {
  const member = members[index % members.length];
  if (member === undefined) throw new Error(`${persona.username} belongs to no tenant of the demo data`);
  return member;
}

function attemptsOf(cast: Cast, opened: readonly SessionRow[]): AttemptRow[] {
  const nextId = demoIds('sign-in attempt');
  const successes = opened.map(({ id, userId, tenantId, createdAt, ipAddress, userAgent }) => ({
    id: nextId(),
    occurredAt: createdAt,
    userId,
    tenantId,
    sessionId: id,
    ipAddress,
    userAgent,
  }));
  return [...successes, ...failuresOf(cast, opened, nextId)];
}

function failuresOf(cast: Cast, opened: readonly SessionRow[], nextId: () => string): AttemptRow[] {
  const mistyped = opened
    .filter(({ userId }, index) => variation(9, userId, 'mistyped', index) === 0)
    .map(({ userId, tenantId, createdAt, ipAddress, userAgent }) => {
      const occurredAt = daysFrom(createdAt, 0, -1);
      return { userId, tenantId, ipAddress, userAgent, occurredAt, failure: 'WRONG_PASSWORD' as const };
    });
  const afterTheStop = daysFrom(stopOf(cast).at, 0, 20);
  const { userAgent } = devices[0];
  const turnedAway = [
    { userId: personNamed(cast, 'eve').id, failure: 'ACCOUNT_SUSPENDED' as const },
    { userId: personNamed(cast, 'mallory').id, failure: 'ACCOUNT_BANNED' as const },
    { userId: personNamed(cast, 'edsger').id, failure: 'TENANT_UNKNOWN' as const },
    { userId: null, failure: 'UNKNOWN_LOGIN' as const },
  ].map((attempt, index) => ({ ...attempt, ipAddress: documentationAddress(index, 99), userAgent, occurredAt: daysFrom(afterTheStop, 0, index) }));
  return [...mistyped, ...turnedAway].map((attempt) => ({ id: nextId(), ...attempt }));
}
