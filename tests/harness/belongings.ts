import { randomBytes } from 'node:crypto';
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

/** Registers devices of somebody for push messages, behind the graph's back, last used at the given moments: more than the graph keeps, if need be. */
export async function registerDevices({ owner }: TestDatabase, userId: string, lastUsedAt: readonly Date[]): Promise<void> {
  const rows = lastUsedAt.map((usedAt) => ({
    id: v7(),
    user_id: userId,
    token_hash: randomBytes(32),
    token_encrypted: 'of no test',
    token_ending: 'test',
    platform: 'WEB',
    registered_at: usedAt,
    last_used_at: usedAt,
  }));
  await owner`insert into users.push_tokens ${owner(rows)}`;
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

/** Has somebody invite addresses into a tenant, each at its moment. The invitations are open for a week from now on. Answers their ids. */
export async function inviteAddresses({ owner }: TestDatabase, { tenantId, userId }: Belonging, invited: readonly { readonly email: string; readonly at: Date }[]): Promise<string[]> {
  const rows = invited.map(({ email, at }) => ({
    id: v7(),
    tenant_id: tenantId,
    email,
    email_canonical: email,
    role: 'USER',
    invited_by: userId,
    created_at: at,
    sent_at: at,
    expires_at: new Date(Date.now() + 7 * 86_400_000),
  }));
  await owner`insert into tenants.invitations ${owner(rows)}`;
  return rows.map(({ id }) => id);
}

/** Writes down that somebody joined a tenant by an invitation. */
export async function joinedBy({ owner }: TestDatabase, { tenantId, userId }: Belonging, invitationId: string): Promise<void> {
  await owner`update tenants.invitations set accepted_at = created_at, accepted_by = ${userId} where id = ${invitationId}`;
  await owner`update tenants.memberships set invitation_id = ${invitationId} where tenant_id = ${tenantId} and user_id = ${userId}`;
}

/** Writes down that somebody's role in a tenant changed at moments, to and fro. Answers the ids of the changes. */
export async function noteRoleChanges({ owner }: TestDatabase, { tenantId, userId }: Belonging, moments: readonly Date[]): Promise<string[]> {
  const [membership] = await owner<{ id: string }[]>`select id from tenants.memberships where tenant_id = ${tenantId} and user_id = ${userId}`;
  const rows = moments.map((at, index) => ({
    id: v7(),
    tenant_id: tenantId,
    membership_id: membership?.id ?? '',
    user_id: userId,
    from_role: index % 2 === 0 ? 'USER' : 'CREATOR',
    to_role: index % 2 === 0 ? 'CREATOR' : 'USER',
    changed_by: userId,
    changed_at: at,
  }));
  await owner`insert into tenants.role_changes ${owner(rows)}`;
  return rows.map(({ id }) => id);
}

/** The id of somebody's player in a tenant. */
export async function playerOf({ owner }: Pick<TestDatabase, 'owner'>, { tenantId, userId }: Belonging): Promise<string> {
  const [player] = await owner<{ id: string }[]>`select id from gamification.players where tenant_id = ${tenantId} and user_id = ${userId}`;
  if (player === undefined) throw new Error(`${userId} does not play in ${tenantId}`);
  return player.id;
}

/** Has somebody a change of status by somebody else, a name given up and a document asked for at each of the moments, and makes them an administrator of the platform. */
export async function leaveRecords({ owner }: TestDatabase, userId: string, actorId: string, moments: readonly Date[]): Promise<void> {
  const day = 86_400_000;
  await owner`insert into users.status_changes ${owner(moments.map((at) => ({ id: v7(), user_id: userId, from_status: 'ACTIVE', to_status: 'SUSPENDED', reason: 'a reason', actor_id: actorId, changed_at: at })))}`;
  await owner`insert into users.username_history ${owner(moments.map((at, index) => ({ user_id: userId, username_canonical: `once_${index}`, given_up_at: at, reserved_until: at })))}`;
  await owner`insert into users.data_exports ${owner(moments.map((at, index) => ({ id: v7(), user_id: userId, requested_at: new Date(at.getTime() - index * day) })))}`;
  await owner`update users.people set platform_administrator = true where id = ${userId}`;
}

/** Has so many things written down about somebody in a tenant, a minute apart up to yesterday: what they did to themselves, sign-ins, alerts, and the devices they are known on. */
export async function writeDown({ owner }: TestDatabase, { tenantId, userId }: Belonging, count: number): Promise<void> {
  await owner`
    insert into tenants.audit_entries (id, tenant_id, occurred_at, actor_id, action, target_type, target_id, request_id)
    select gen_random_uuid(), ${tenantId}, now() - make_interval(days => 1, mins => n), ${userId}, 'user.suspend', 'user', ${userId}::text, 'planted' from generate_series(1, ${count}::int) n`;
  await owner`
    insert into sessions.login_history (id, occurred_at, user_id, tenant_id, failure)
    select gen_random_uuid(), now() - make_interval(days => 1, mins => n), ${userId}, ${tenantId}, 'WRONG_PASSWORD' from generate_series(1, ${count}::int) n`;
  await owner`
    insert into sessions.alerts (id, user_id, tenant_id, kind, severity, raised_at)
    select gen_random_uuid(), ${userId}, ${tenantId}, 'NEW_IP_LOGIN', 'MEDIUM', now() - make_interval(days => 1, mins => n) from generate_series(1, ${count}::int) n`;
  await owner`
    insert into sessions.known_devices (user_id, fingerprint, network, signed_in_at)
    select ${userId}, sha256(n::text::bytea), '192.0.2.1', now() - make_interval(days => 1, mins => n) from generate_series(1, ${count}::int) n`;
}
