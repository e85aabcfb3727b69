import { v7 } from 'uuid';
import { defineAchievements, inviteAddresses, joinedBy, noteRoleChanges, openSessions, playerOf, unlockAchievements } from '../harness/belongings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';

/** What hangs on a person in one tenant. */
export interface Belongings {
  readonly sessionIds: readonly string[];
  readonly playerId: string;
  readonly membershipId: string;
  readonly roleChangeIds: readonly string[];
  /** Whom they invited, and what they were invited by. */
  readonly invitationIds: readonly string[];
}

/** Two tenants with people of every kind in each, and one person who belongs to both. */
export interface TwoTenants {
  readonly home: TestTenant;
  readonly away: TestTenant;
  /** USER at home, ADMIN away. */
  readonly both: TestPerson;
  readonly bothAtHome: Belongings;
  readonly bothAway: Belongings;
  /** Everything that tells of the other tenant: ids, names and addresses that stand nowhere else. */
  readonly foreign: readonly string[];
}

const seenAt = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minutes));

/** Looks somebody up among the people of a tenant. */
export function personOf(tenant: TestTenant, username: string): TestPerson {
  const person = tenant.people[username];
  if (person === undefined) throw new Error(`${username} does not belong to ${tenant.slug}`);
  return person;
}

/** Makes two tenants whose people have sessions, points and achievements; also ordinary members by the names that are given. */
export async function makeTwoTenants(database: TestDatabase, alsoAtHome: readonly string[] = [], alsoAway: readonly string[] = []): Promise<TwoTenants> {
  const drafted = aTenant('home').withAdmin('home_admin').withMember('home_moderator', 'MODERATOR').withMember('home_member').withMember('in_both').withMember('home_platform');
  const home = await alsoAtHome.reduce((draft, username) => draft.withMember(username), drafted).in(database);
  const both = personOf(home, 'in_both');
  const draftedAway = aTenant('far-away').withAdmin('far_admin').withMember('far_moderator', 'MODERATOR').withMembers(4, 'far_member_').withPerson(both, 'ADMIN');
  const away = await alsoAway.reduce((draft, username) => draft.withMember(username), draftedAway).in(database);
  await database.owner`update users.people set platform_administrator = true where username = 'home_platform'`;
  for (const { id } of [home, away]) {
    await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${id}, '{}', now())`;
    await database.owner`insert into gamification.accounts (id, tenant_id, kind, currency, balance) values (gen_random_uuid(), ${id}, 'MINT', 'SPARKLE', -40)`;
  }
  const homeFeats = await defineAchievements(database, home.id, ['Came home', 'Stayed home']);
  const farFeats = await defineAchievements(database, away.id, ['Went far', 'Stayed far']);
  for (const { id } of Object.values(home.people)) await furnish(database, home, id, homeFeats);
  for (const { id } of Object.values(away.people)) await furnish(database, away, id, farFeats);

  await acquaint(database);
  await closeInvitations(database, home, personOf(home, 'home_admin').id);
  await closeInvitations(database, away, personOf(away, 'far_admin').id);
  // Of the other tenant's log more was taken out: which place is the later one shows whose it is.
  await keepLog(database, home, both.id, 2);
  const farEntries = await keepLog(database, away, both.id, 3);

  const farPeople = Object.values(away.people).filter(({ id }) => id !== both.id);
  const belongings = await Promise.all(Object.values(away.people).map(({ id }) => belongingsOf(database, away.id, id)));
  return {
    home,
    away,
    both,
    bothAtHome: await belongingsOf(database, home.id, both.id),
    bothAway: await belongingsOf(database, away.id, both.id),
    foreign: [
      away.id,
      away.slug,
      `Tenant ${away.slug}`,
      'Went far',
      'Stayed far',
      ...farFeats,
      ...farEntries,
      ...farPeople.flatMap(({ id, username, email }) => [id, username, email]),
      ...belongings.flatMap(({ sessionIds, playerId, membershipId, roleChangeIds, invitationIds }) => [...sessionIds, playerId, membershipId, ...roleChangeIds, ...invitationIds]),
      `guest.test/${away.slug}`,
    ],
  };
}

/** Has everybody follow everybody, across tenants as well, and be there. */
async function acquaint({ owner }: TestDatabase): Promise<void> {
  await owner`insert into users.follows (follower_id, followed_id, created_at) select a.id, b.id, now() from users.people a, users.people b where a.id <> b.id order by 1, 2`;
  await owner`insert into users.presences (tenant_id, user_id, last_seen_at) select tenant_id, user_id, now() + interval '1 hour' from users.directory_entries`;
}

/** Has somebody invite twice into a tenant for nothing: one invitation has run out, one was withdrawn. */
async function closeInvitations(database: TestDatabase, { id: tenantId, slug }: TestTenant, userId: string): Promise<void> {
  const [expired = '', revoked = ''] = await inviteAddresses(database, { tenantId, userId }, ['late', 'unwanted'].map((name) => ({ email: `${name}@guest.test/${slug}`, at: seenAt(0) })));
  await database.owner`update tenants.invitations set expires_at = ${seenAt(1)} where id = ${expired}`;
  await database.owner`update tenants.invitations set revoked_at = ${seenAt(1)}, revoked_by = ${userId} where id = ${revoked}`;
}

/** Writes an audit log of a tenant, of what two people did to each other, whose beginning up to a number was taken out. Answers the ids of the entries. */
async function keepLog({ owner }: TestDatabase, { id: tenantId, people }: TestTenant, otherId: string, from: number): Promise<string[]> {
  const oneId = Object.values(people)[0]?.id ?? '';
  const digest = Buffer.alloc(32, 1);
  const entry = { tenant_id: tenantId, occurred_at: new Date(), action: 'user.suspend', target_type: 'user', request_id: 'a request', digest, payload_digest: digest, origin_digest: digest };
  const entries = [
    { ...entry, id: v7(), seq: from, actor_id: oneId, target_id: otherId },
    { ...entry, id: v7(), seq: from + 1, actor_id: otherId, target_id: oneId },
  ];
  await owner`insert into tenants.audit_entries ${owner(entries)}`;
  await owner`insert into tenants.audit_checkpoints (tenant_id, seq, digest, made_at, kind, jws) values (${tenantId}, ${from - 1}, ${digest}, now(), 'PRUNED', 'of no test')`;
  return entries.map(({ id }) => id);
}

async function furnish(database: TestDatabase, { id: tenantId, slug }: TestTenant, userId: string, feats: readonly string[]): Promise<void> {
  // As many as there is no other number of: a count that is wrong shows.
  const sessions = slug === 'home' ? 2 : 5;
  await openSessions(database, { tenantId, userId }, Array.from({ length: sessions }, (_, index) => seenAt(index)));
  await unlockAchievements(database, { tenantId, userId }, feats.map((id, index) => ({ id, at: seenAt(index) })));
  const [, joining = ''] = await inviteAddresses(database, { tenantId, userId }, [`sent-${userId}`, `got-${userId}`].map((name) => ({ email: `${name}@guest.test/${slug}`, at: seenAt(0) })));
  await joinedBy(database, { tenantId, userId }, joining);
  await noteRoleChanges(database, { tenantId, userId }, [seenAt(1), seenAt(2)]);
}

async function belongingsOf(database: TestDatabase, tenantId: string, userId: string): Promise<Belongings> {
  const { owner } = database;
  const sessions = await owner<{ id: string }[]>`select id from sessions.sessions where tenant_id = ${tenantId} and user_id = ${userId} order by last_seen_at desc, id desc`;
  const [membership] = await owner<{ id: string }[]>`select id from tenants.memberships where tenant_id = ${tenantId} and user_id = ${userId}`;
  if (membership === undefined) throw new Error(`${userId} is no member of ${tenantId}`);
  const changes = await owner<{ id: string }[]>`select id from tenants.role_changes where membership_id = ${membership.id}`;
  const invitations = await owner<{ id: string }[]>`select id from tenants.invitations where tenant_id = ${tenantId} and invited_by = ${userId}`;
  return { sessionIds: sessions.map(({ id }) => id), roleChangeIds: changes.map(({ id }) => id), invitationIds: invitations.map(({ id }) => id), playerId: await playerOf(database, { tenantId, userId }), membershipId: membership.id };
}
