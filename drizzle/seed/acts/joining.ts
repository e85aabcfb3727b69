import type { Transaction } from '../../database.ts';
import { players } from '../../tables/gamification.ts';
import { memberships } from '../../tables/tenants.ts';
import type { Cast } from '../cast.ts';

/** Lets everybody join their tenants; triggers put them into the directory. In each they become a player. */
export async function joinTenants(tx: Transaction, cast: Cast): Promise<void> {
  await tx.insert(memberships).values(cast.members.map(({ membershipId, tenantId, userId, role, joinedAt }) => ({ id: membershipId, tenantId, userId, role, joinedAt })));
  await tx.insert(players).values(cast.members.map(({ playerId, tenantId, userId, joinedAt }) => ({ id: playerId, tenantId, userId, createdAt: joinedAt })));
}
