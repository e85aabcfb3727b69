import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { daysFrom } from './days.ts';
import { demoIds } from './demoId.ts';
import type { Joining, Persona, TenantSlug } from './persona.ts';
import { personas } from './people.ts';
import type { DemoTenant } from './tenants.ts';
import { demoTenants } from './tenants.ts';
import { variation } from './variation.ts';

/** A tenant with its place in the database. */
export interface CastTenant extends DemoTenant {
  readonly id: TenantId;
  readonly createdAt: Date;
}

/** A person with their place in the database and in time. */
export interface CastPerson {
  readonly id: UserId;
  readonly persona: Persona;
  readonly createdAt: Date;
  /** When they proved their address; null for those who have yet to. */
  readonly verifiedAt: Date | null;
  readonly members: readonly Member[];
}

/** A person in one tenant. */
export interface Member extends Joining {
  readonly membershipId: string;
  readonly playerId: string;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly persona: Persona;
  readonly joinedAt: Date;
  readonly verifiedAt: Date | null;
}

/** Everybody and everything the acts of the demo data are about. */
export interface Cast {
  /** The first moment of the day the data is made on: nothing but the end of a session lies behind it. */
  readonly today: Date;
  readonly tenants: readonly CastTenant[];
  readonly people: readonly CastPerson[];
  readonly members: readonly Member[];
}

/**
 * How many days before today the tenants opened. No earlier: a migrated database keeps the logs' months from the one
 * before the present on, and the first of March stands 28 days behind the first of February.
 */
const openedDaysAgo = 28;
/** How many came on the opening day; the others follow over the next 24 days. */
const foundersCount = 5;
const arrivalDays = 24;

/** Puts the people and tenants of the demo data into the four weeks before `today`. */
export function castOf(today: Date): Cast {
  const opening = daysFrom(today, -openedDaysAgo, 8 * 60);
  const nextTenantId = demoIds('tenant');
  const tenants = demoTenants.map((tenant, index) => ({ ...tenant, id: nextTenantId() as TenantId, createdAt: daysFrom(opening, 0, 10 * index) })); // made for a tenant
  const tenantIds = new Map(tenants.map(({ slug, id }) => [slug, id]));
  const nextPersonId = demoIds('person');
  const joining = joiner(tenantIds);
  const people = personas.map((persona, index) => {
    const id = nextPersonId() as UserId; // made for a person
    const createdAt = arrivalOf(opening, index, persona.username);
    const verifiedAt = persona.standing?.status === 'PENDING_VERIFICATION' ? null : daysFrom(createdAt, 0, 2 + variation(8, persona.username, 'verified'));
    return { id, persona, createdAt, verifiedAt, members: joining(id, persona, createdAt, verifiedAt) };
  });
  return { today, tenants, people, members: people.flatMap(({ members }) => members) };
}

/** Finds someone the acts need by name. */
export function personNamed(cast: Cast, username: string): CastPerson {
  const person = cast.people.find(({ persona }) => persona.username === username);
  if (person === undefined) throw new Error(`nobody in the demo data goes by ${username}`);
  return person;
}

/** When and by whom those who misbehaved were stopped. */
export function stopOf(cast: Cast): { at: Date; by: CastPerson; suspendedUntil: Date } {
  return { at: daysFrom(cast.today, -2, 17 * 60), by: personNamed(cast, 'ada'), suspendedUntil: daysFrom(cast.today, 28) };
}

function arrivalOf(opening: Date, index: number, username: string): Date {
  if (index < foundersCount) return daysFrom(opening, 0, 60 + 15 * index);
  const day = 1 + Math.floor(((index - foundersCount) * arrivalDays) / (personas.length - foundersCount));
  return daysFrom(opening, day, variation(12 * 60, username, 'arrival'));
}

function joiner(tenantIds: ReadonlyMap<TenantSlug, TenantId>) {
  const nextMembershipId = demoIds('membership');
  const nextPlayerId = demoIds('player');
  return (userId: UserId, persona: Persona, createdAt: Date, verifiedAt: Date | null): Member[] =>
    persona.joins.map((join, index) => {
      const tenantId = tenantIds.get(join.tenant);
      if (tenantId === undefined) throw new Error(`${persona.username} joins ${join.tenant}, which is no tenant of the demo data`);
      const joinedAt = daysFrom(createdAt, 0, index * 150);
      return { ...join, membershipId: nextMembershipId(), playerId: nextPlayerId(), tenantId, userId, persona, joinedAt, verifiedAt };
    });
}
