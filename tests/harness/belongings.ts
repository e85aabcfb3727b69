import { v7 } from 'uuid';
import type { TestDatabase } from './testDatabase.ts';

/** Whose belongings are made, and where. */
export interface Belonging {
  readonly tenantId: string;
  readonly userId: string;
}

/** Opens sessions for somebody in a tenant, behind the graph's back, last used at the given moments. Answers their ids. */
export async function openSessions({ owner }: TestDatabase, { tenantId, userId }: Belonging, lastSeenAt: readonly Date[]): Promise<string[]> {
  const rows = lastSeenAt.map((seenAt) => ({
    id: v7(),
    user_id: userId,
    tenant_id: tenantId,
    device: 'Lynx on Unix',
    browser: 'Lynx 2',
    operating_system: 'Unix',
    ip_address: '192.0.2.17',
    user_agent: 'Lynx/2.8',
    created_at: new Date(seenAt.getTime() - 60_000),
    last_seen_at: seenAt,
    expires_at: new Date(Date.now() + 86_400_000),
    absolute_expires_at: new Date(Date.now() + 86_400_000),
  }));
  await owner`insert into sessions.sessions ${owner(rows)}`;
  return rows.map(({ id }) => id);
}

/** Defines achievements of a tenant. Answers their ids. */
export async function defineAchievements({ owner }: TestDatabase, tenantId: string, names: readonly string[]): Promise<string[]> {
  const rows = names.map((name) => ({ id: v7(), tenant_id: tenantId, name, description: `What it takes for ${name}.`, rarity: 'RARE', created_at: new Date() }));
  await owner`insert into gamification.achievements ${owner(rows)}`;
  return rows.map(({ id }) => id);
}

/** Unlocks achievements for somebody, each at its moment. */
export async function unlockAchievements({ owner }: TestDatabase, { tenantId, userId }: Belonging, unlocked: readonly { readonly id: string; readonly at: Date }[]): Promise<void> {
  const playerId = await playerOf({ owner }, { tenantId, userId });
  await owner`insert into gamification.player_achievements ${owner(
    unlocked.map(({ id, at }) => ({ player_id: playerId, achievement_id: id, tenant_id: tenantId, unlocked_at: at })),
  )}`;
}

/** The id of somebody's player in a tenant. */
export async function playerOf({ owner }: Pick<TestDatabase, 'owner'>, { tenantId, userId }: Belonging): Promise<string> {
  const [player] = await owner<{ id: string }[]>`select id from gamification.players where tenant_id = ${tenantId} and user_id = ${userId}`;
  if (player === undefined) throw new Error(`${userId} does not play in ${tenantId}`);
  return player.id;
}
