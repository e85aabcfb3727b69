import type { UserId } from '@kith/kernel/ids.ts';
import type { Cast, Member } from './cast.ts';
import { personNamed } from './cast.ts';
import { daysFrom } from './days.ts';
import { awardsOf } from './progress.ts';
import { variation } from './variation.ts';

/** The two kinds of points. */
export type Currency = 'SPARKLE' | 'PREMIUM';

/** Points that go from a tenant's mint into someone's wallet. */
export interface Payment {
  readonly member: Member;
  readonly currency: Currency;
  /** Whole points. */
  readonly points: number;
  readonly cause: string;
  /** What makes it this payment and no other: paid once, however often it is asked for. */
  readonly idempotencyKey: string;
  readonly actorId: UserId | null;
  readonly occurredAt: Date;
}

const welcomePoints = 100;
const pointsPerLevel = 10;

/** Everything members were paid: the welcome, each level they passed, and premium points some were granted. */
export function paymentsOf(cast: Cast): Payment[] {
  return cast.members.flatMap((member) => [welcome(member), ...levelUps(member, cast.today), ...premiumGrants(cast, member)]);
}

function welcome(member: Member): Payment {
  return {
    member,
    currency: 'SPARKLE',
    points: welcomePoints,
    cause: 'registration',
    idempotencyKey: `registration:${member.playerId}`,
    actorId: null,
    occurredAt: member.joinedAt,
  };
}

function levelUps(member: Member, today: Date): Payment[] {
  return awardsOf(member, today).flatMap(({ levelsReached, occurredAt }) =>
    levelsReached.map((level) => ({
      member,
      currency: 'SPARKLE',
      points: level * pointsPerLevel,
      cause: 'level_up',
      idempotencyKey: `level_up:${member.playerId}:${level}`,
      actorId: null,
      occurredAt,
    })),
  );
}

/** The better part of those who create, and here and there someone else, were granted premium points by the platform. */
function premiumGrants(cast: Cast, member: Member): Payment[] {
  const creates = member.role === 'CREATOR' || member.role === 'VERIFIED_CREATOR';
  if (member.persona.username !== 'ada' && variation(100, member.playerId, 'premium') >= (creates ? 75 : 15)) return [];
  return [
    {
      member,
      currency: 'PREMIUM',
      points: 5 * (1 + variation(10, member.playerId, 'grant')),
      cause: 'premium_grant',
      idempotencyKey: `premium_grant:${member.playerId}:welcome`,
      actorId: personNamed(cast, 'margaret').id,
      occurredAt: daysFrom(cast.today, -2, variation(600, member.playerId, 'granted')),
    },
  ];
}
