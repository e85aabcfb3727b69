import type { Transaction } from '../../database.ts';
import { follows } from '../../tables/users.ts';
import type { Cast, CastPerson } from '../cast.ts';
import { between } from '../days.ts';
import { variation } from '../variation.ts';

/** Lets people follow others of their tenants, those at high levels more than the rest; triggers count. */
export async function follow(tx: Transaction, cast: Cast): Promise<void> {
  const active = cast.people.filter(({ persona }) => persona.standing === undefined);
  const rows = active.flatMap((follower) =>
    active
      .filter((followed) => wantsToFollow(follower, followed))
      .map((followed) => ({ followerId: follower.id, followedId: followed.id, createdAt: followedAt(cast.today, follower, followed) })),
  );
  await tx.insert(follows).values(rows);
}

function wantsToFollow(follower: CastPerson, followed: CastPerson): boolean {
  if (follower === followed || !haveMet(follower, followed)) return false;
  const fame = Math.max(...followed.members.map(({ level }) => level));
  return variation(60, follower.persona.username, 'follows', followed.persona.username) < fame;
}

function haveMet(one: CastPerson, other: CastPerson): boolean {
  return one.members.some(({ tenantId }) => other.members.some((member) => member.tenantId === tenantId));
}

function followedAt(today: Date, follower: CastPerson, followed: CastPerson): Date {
  const met = new Date(Math.max(follower.createdAt.getTime(), followed.createdAt.getTime()));
  return between(met, today, (1 + variation(98, follower.persona.username, 'met', followed.persona.username)) / 100);
}
