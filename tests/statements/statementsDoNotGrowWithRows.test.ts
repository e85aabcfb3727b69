import { loadExampleOperations } from '@kith/schema/exampleOperations.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineAchievements, inviteAddresses, joinedBy, leaveRecords, noteRoleChanges, openSessions, registerDevices, unlockAchievements, writeDown } from '../harness/belongings.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { makeNotifications } from '../users/notificationActs.ts';

const rows = 200;
const moments = Array.from({ length: rows }, (_, index) => new Date(Date.UTC(2026, 0, 1, 0, index)));

const everythingOfAPerson = `id username email status verified followerCount createdAt profile { displayName completeness }
  memberships(first: 5) { nodes { role tenant { id name slug } } totalCount }
  security { sessions(first: 3) { nodes { id device lastSeenAt } totalCount } }
  player { level experience wallet { sparklePoints premiumPoints } achievements(first: 5) { nodes { unlockedAt achievement { name rarity } } totalCount } }`;

/** Every list of the graph, the way to its rows, and how many statements a page of it costs: with all that hangs on them where there are people. */
const lists: Record<string, { query: string; at: string[]; statements: number }> = {
  users: { query: `users(first: $first) { nodes { ${everythingOfAPerson} } totalCount }`, at: ['users', 'nodes'], statements: 9 },
  'users that are searched for': { query: `users(first: $first, search: "m") { nodes { ${everythingOfAPerson} } totalCount }`, at: ['users', 'nodes'], statements: 9 },
  'users with all that connects them': {
    query: `users(first: $first) { nodes { id followers(first: 3) { nodes { username } totalCount } following(first: 3) { nodes { username } totalCount }
      mutualFollowers(first: 3) { nodes { username } totalCount } relationship { viewerFollows followsViewer } presence { online lastSeenAt }
      viewerCan { update follow block suspend ban reinstate delete readContact } } totalCount }`,
    at: ['users', 'nodes'],
    statements: 10,
  },
  'users by text': { query: 'users(first: $first, search: "memb", role: USER, status: ACTIVE, verified: true) { nodes { id } totalCount }', at: ['users', 'nodes'], statements: 2 },
  followers: { query: 'me { followers(first: $first) { nodes { id username player { level } } totalCount } }', at: ['me', 'followers', 'nodes'], statements: 4 },
  following: { query: 'me { following(first: $first) { nodes { id username player { level } } totalCount } }', at: ['me', 'following', 'nodes'], statements: 4 },
  'mutual followers': { query: 'me { mutualFollowers(first: $first) { nodes { id username } totalCount } }', at: ['me', 'mutualFollowers', 'nodes'], statements: 3 },
  'blocked users': { query: 'me { blockedUsers(first: $first) { nodes { id username } totalCount } }', at: ['me', 'blockedUsers', 'nodes'], statements: 3 },
  'users online': { query: 'usersOnline(first: $first) { nodes { id username presence { online } } totalCount }', at: ['usersOnline', 'nodes'], statements: 3 },
  'users from the end': { query: 'users(last: $first) { nodes { id player { level } } }', at: ['users', 'nodes'], statements: 2 },
  members: { query: `currentTenant { members(first: $first) { nodes { role user { ${everythingOfAPerson} } } totalCount } }`, at: ['currentTenant', 'members', 'nodes'], statements: 11 },
  memberships: { query: 'me { memberships(first: $first) { nodes { role user { username } tenant { name members(first: 3) { nodes { role user { username } } totalCount } } } totalCount } }', at: ['me', 'memberships', 'nodes'], statements: 6 },
  tenants: { query: 'tenants(first: $first) { nodes { name members(first: 3) { nodes { role } totalCount } } totalCount }', at: ['tenants', 'nodes'], statements: 4 },
  'members with how they came': {
    query: 'currentTenant { members(first: $first) { nodes { viewerCan { remove } roleChanges(first: 2) { nodes { to changedBy { username } } totalCount } invitation { email state invitedBy { username } tenant { name } } } } }',
    at: ['currentTenant', 'members', 'nodes'],
    statements: 6,
  },
  'users with their places': {
    query: 'users(first: $first) { nodes { membership { role tenant { name } } invitationsSent(first: 2) { nodes { email } totalCount } } }',
    at: ['users', 'nodes'],
    statements: 4,
  },
  invitations: {
    query: 'currentTenant { invitations(first: $first) { nodes { email state invitedBy { username } acceptedBy { username } tenant { name } } totalCount } }',
    at: ['currentTenant', 'invitations', 'nodes'],
    statements: 4,
  },
  'invitations of a state': { query: 'currentTenant { invitations(first: $first, state: OPEN) { nodes { email } totalCount } }', at: ['currentTenant', 'invitations', 'nodes'], statements: 3 },
  'invitations that were sent': { query: 'me { invitationsSent(first: $first) { nodes { email invitedBy { username } } totalCount } }', at: ['me', 'invitationsSent', 'nodes'], statements: 3 },
  'invitations that were received': { query: 'me { invitationsReceived(first: $first) { nodes { tenantName invitedByName } totalCount } }', at: ['me', 'invitationsReceived', 'nodes'], statements: 3 },
  'changes of a role': { query: 'me { membership { roleChanges(first: $first) { nodes { from to changedBy { username } } totalCount } } }', at: ['me', 'membership', 'roleChanges', 'nodes'], statements: 4 },
  sessions: { query: 'me { security { sessions(first: $first) { nodes { id device isCurrent } totalCount } } }', at: ['me', 'security', 'sessions', 'nodes'], statements: 3 },
  notifications: {
    query: 'me { unreadNotificationCount notifications(first: $first) { nodes { title actor { username } tenant { id name } } totalCount } }',
    at: ['me', 'notifications', 'nodes'],
    statements: 7,
  },
  'notifications that are not read': { query: 'me { notifications(first: $first, unread: true) { nodes { title body data } } }', at: ['me', 'notifications', 'nodes'], statements: 2 },
  'devices that get push messages': { query: 'me { pushTokens(first: $first) { nodes { tokenEnding lastUsedAt } totalCount } }', at: ['me', 'pushTokens', 'nodes'], statements: 3 },
  'phone numbers and themes': { query: 'users(first: $first) { nodes { phoneNumber profile { theme } } }', at: ['users', 'nodes'], statements: 3 },
  'status history': { query: 'me { statusHistory(first: $first) { nodes { from to reason changedAt actor { username } } totalCount } }', at: ['me', 'statusHistory', 'nodes'], statements: 4 },
  'former usernames': { query: 'me { formerUsernames(first: $first) { nodes { username givenUpAt reservedUntil } totalCount } }', at: ['me', 'formerUsernames', 'nodes'], statements: 3 },
  'data exports': { query: 'me { dataExports(first: $first) { nodes { id label state requestedAt document } totalCount } }', at: ['me', 'dataExports', 'nodes'], statements: 3 },
  'people with what their deletion would come to': { query: 'users(first: $first) { nodes { username deletion { deletedAt } deletionImpact { totalRows } } }', at: ['users', 'nodes'], statements: 3 },
  'the audit log': {
    query: 'currentTenant { auditLog(first: $first) { nodes { action actor { username } impersonator { id } targetUser { username } } totalCount } }',
    at: ['currentTenant', 'auditLog', 'nodes'],
    statements: 4,
  },
  'the audit log, searched': { query: 'currentTenant { auditLog(first: $first, action: "user.") { nodes { action } totalCount } }', at: ['currentTenant', 'auditLog', 'nodes'], statements: 3 },
  'what was done to somebody': { query: 'me { auditEntries(first: $first) { nodes { action actor { username } } totalCount } }', at: ['me', 'auditEntries', 'nodes'], statements: 3 },
  'what somebody did': { query: 'me { auditedActs(first: $first) { nodes { action targetUser { username } } totalCount } }', at: ['me', 'auditedActs', 'nodes'], statements: 3 },
  'attempts to sign in': { query: 'me { security { lastLogin { id } loginHistory(first: $first) { nodes { id failure } totalCount } } }', at: ['me', 'security', 'loginHistory', 'nodes'], statements: 4 },
  alerts: { query: 'me { security { lockout { failures } alerts(first: $first) { nodes { id kind } totalCount } } }', at: ['me', 'security', 'alerts', 'nodes'], statements: 4 },
  'known devices': { query: 'me { security { knownDevices(first: $first) { nodes { network } totalCount } } }', at: ['me', 'security', 'knownDevices', 'nodes'], statements: 3 },
  achievements: { query: 'me { player { achievements(first: $first) { nodes { unlockedAt achievement { name } } totalCount } } }', at: ['me', 'player', 'achievements', 'nodes'], statements: 4 },
};

/** Has somebody follow, block and be followed by everybody else of a tenant, all of whom are there. */
async function connectAll({ owner }: TestDatabase, tenantId: string, userId: string): Promise<void> {
  const rest = owner`select d.user_id from users.directory_entries d where d.tenant_id = ${tenantId} and d.user_id <> ${userId}`;
  await owner`insert into users.follows (follower_id, followed_id, created_at) select ${userId}, d.user_id, now() from (${rest}) d union all select d.user_id, ${userId}, now() from (${rest}) d`;
  await owner`insert into users.blocks (blocker_id, blocked_id, created_at) select ${userId}, d.user_id, now() from (${rest}) d`;
  await owner`insert into users.presences (tenant_id, user_id, last_seen_at) select tenant_id, user_id, now() + interval '1 hour' from users.directory_entries where tenant_id = ${tenantId}`;
}

describe('with 200 rows in every list', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let token: string;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    const tenant = await aTenant('crowd').withAdmin('ample').withMembers(rows).in(database);
    const ample = tenant.people['ample'];
    if (ample === undefined) throw new Error('nobody has 200 of everything');
    const belonging = { tenantId: tenant.id, userId: ample.id };
    const achievements = await defineAchievements(database, tenant.id, moments.map((_, index) => `Feat ${index}`));
    await unlockAchievements(database, belonging, achievements.map((id, index) => ({ id, at: moments[index] ?? new Date() })));
    await openSessions(database, belonging, moments);
    await noteRoleChanges(database, belonging, moments);
    const [joinedFirst = ''] = await inviteAddresses(database, belonging, moments.map((at, index) => ({ email: `guest${index}@crowd.test`, at })));
    await joinedBy(database, belonging, joinedFirst);
    await makeNotifications(database, ample.id, rows, { actorIds: Object.values(tenant.people).slice(1).map(({ id }) => id), tenantId: tenant.id });
    await registerDevices(database, ample.id, moments);
    await writeDown(database, belonging, rows + 10);
    for (const { id } of Object.values(tenant.people).slice(1)) {
      const member = { tenantId: tenant.id, userId: id };
      await noteRoleChanges(database, member, moments.slice(0, 3));
      const [joining = ''] = await inviteAddresses(database, member, [`joining-${id}`, `one-${id}`, `two-${id}`].map((name, index) => ({ email: `${name}@crowd.test`, at: moments[index] ?? new Date() })));
      await joinedBy(database, member, joining);
      await openSessions(database, { tenantId: tenant.id, userId: id }, moments.slice(0, 4));
      await unlockAchievements(database, { tenantId: tenant.id, userId: id }, achievements.slice(0, 6).map((achievement, index) => ({ id: achievement, at: moments[index] ?? new Date() })));
    }
    for (let index = 1; index < rows; index += 1) await aTenant(`crowd-${index}`).withPerson(ample).in(database);
    await leaveRecords(database, ample.id, Object.values(tenant.people)[1]?.id ?? '', moments);
    for (let index = 0; index < rows; index += 1) {
      const { id, people } = await aTenant(`host-${index}`).withAdmin(`host_${index}`).in(database);
      await inviteAddresses(database, { tenantId: id, userId: people[`host_${index}`]?.id ?? '' }, [{ email: ample.email, at: moments[index] ?? new Date() }]);
    }
    await connectAll(database, tenant.id, ample.id);
    graph = await startGraph(database.url);
    token = await graph.signIn('ample', { password: testPassword, tenant: 'crowd' });
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  /** Asks for so many rows and answers how many came, and what that cost. */
  const costOf = async (query: string, at: readonly string[], first: number) => {
    graph.statements.reset();
    graph.fetches = 0;
    const { data, errors } = await graph.ask(`query ($first: Int!) { ${query} }`, { first }, { token });
    expect(errors).toEqual([]);
    const found: unknown[] = at.reduce((value, key) => value[key], data);
    return { rows: found.length, statements: graph.statements.sent.length, fetches: graph.fetches, begins: graph.statements.framing.filter((text) => text.startsWith('begin')).length };
  };

  test.each(Object.entries(lists))('%s: 1, 20 and 200 rows cost the same statements, fetches and one transaction', async (_, { query, at, statements }) => {
    const one = await costOf(query, at, 1);
    expect(one).toEqual({ rows: 1, statements, fetches: expect.any(Number), begins: 1 });
    expect(await costOf(query, at, 20)).toEqual({ ...one, rows: 20 });
    expect(await costOf(query, at, 200)).toEqual({ ...one, rows: 200 });
  });

  test('every relation of 1, 20 and 200 people costs the same statements and fetches, where there are rows behind all of them', async () => {
    const example = loadExampleOperations().find(({ name }) => name === 'EverythingAboutPeople');
    for (const first of [1, 20, 200]) {
      graph.statements.reset();
      graph.fetches = 0;
      const { data, errors } = await graph.ask(example?.document ?? '', { first }, { token });
      expect(errors).toEqual([]);
      expect({ people: data.users.nodes.length, fetches: graph.fetches }).toEqual({ people: first, fetches: 11 });
      // Of whoever is on the page already nothing has to be read again: everybody at once takes a statement or two less.
      expect(graph.statements.sent.length).toBeLessThanOrEqual(36);
    }
  });

  test('a list asked for page by page in one operation costs a statement for each, which the counter sees', async () => {
    const { statements } = await costOf('users(first: $first) { nodes { a: memberships(first: 1) { nodes { id } } b: memberships(first: 2) { nodes { id } } } }', ['users', 'nodes'], 20);
    expect(statements).toBe(3);
    expect((await costOf('users(first: $first) { nodes { a: memberships(first: 2) { nodes { id } } b: memberships(first: 2) { nodes { id } } } }', ['users', 'nodes'], 20)).statements).toBe(2);
  });

  test('people who were just listed are not read again, whatever leads back to them', async () => {
    const { statements } = await costOf('users(first: $first) { nodes { player { user { username player { user { email } } } } } }', ['users', 'nodes'], 20);
    expect(statements).toBe(2);
  });

  test('nothing is counted that was not asked for', async () => {
    await costOf('users(first: $first) { nodes { id } }', ['users', 'nodes'], 20);
    expect(graph.statements.sent.filter((text) => text.includes('count('))).toEqual([]);
  });

  test('a request in which nothing is read opens no transaction', async () => {
    graph.statements.reset();
    await graph.ask('{ me { id } currentTenant { id } }');
    expect([...graph.statements.sent, ...graph.statements.framing]).toEqual([]);
  });
});
