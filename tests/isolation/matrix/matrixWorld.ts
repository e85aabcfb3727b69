import { v7 } from 'uuid';
import type { TestGraph } from '../../harness/graph.ts';
import { eventually } from '../../harness/eventually.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import type { TestTenant } from '../../harness/world.ts';
import { aTenant, testPassword } from '../../harness/world.ts';
import type { TwoTenants } from '../twoTenants.ts';
import { makeTwoTenants, personOf } from '../twoTenants.ts';
import type { MatrixViewer } from './audiences.ts';
import type { Canaries } from './canaries.ts';
import { canariesIn, columnsWithoutCanaries, plantCanaries } from './canaries.ts';
import type { Belonging } from './checker.ts';
import { mintCanary } from './mintedCanary.ts';
import type { Unplanted } from './plantedRows.ts';
import { plantRows } from './plantedRows.ts';
import { tablesOfPeople } from './tablesOfPeople.ts';

/** A viewer with what they ask with. */
export interface AskingViewer extends MatrixViewer {
  readonly token: string | undefined;
}

/** Two tenants full of canaries, and everybody who looks at them. */
export interface MatrixWorld extends Belonging {
  readonly tenants: TwoTenants;
  readonly viewers: readonly AskingViewer[];
  readonly canaries: Canaries;
  readonly unplanted: Unplanted;
  /** Columns of people with text that no canary could be put into. */
  readonly withoutCanaries: readonly string[];
  /** What the member removed a moment ago still had in hand. */
  readonly tokenBeforeRemoval: string;
}

/** Who looks: a name, whom they sign in as, and where they act. */
const lookers = [
  ['the person themselves', 'in_both', 'home'],
  ['the person themselves, acting as an administrator elsewhere', 'in_both', 'far-away'],
  ['a member', 'home_member', 'home'],
  ['a moderator', 'home_moderator', 'home'],
  ['an administrator', 'home_admin', 'home'],
  ['a platform administrator', 'home_platform', 'home'],
  ['an administrator of another tenant', 'far_admin', 'far-away'],
] as const;

/** Makes two tenants in an empty migrated database, to be filled once a graph runs on it. */
export function tenantsToLookAt(database: TestDatabase): Promise<TwoTenants> {
  return makeTwoTenants(database, ['home_leaver', 'home_blocked']);
}

/** Signs everybody in, removes one of them, and fills every table with canaries. */
export async function makeMatrixWorld(database: TestDatabase, graph: TestGraph, tenants: TwoTenants): Promise<MatrixWorld> {
  const signedIn = new Map<string, string>();
  for (const [name, username, tenant] of lookers) signedIn.set(name, await graph.signIn(username, { password: testPassword, tenant }));
  const leaver = await signInToLeave(graph);

  const tables = await tablesOfPeople(database);
  const places = [tenants.home, tenants.away].flatMap(({ id: tenantId, people }) => Object.values(people).map(({ id: userId }) => ({ userId, tenantId })));
  const unplanted = await plantRows(database, tables, places);
  await fillWhatIsNoText(database, tenants);
  await plantCanaries(database, tables);
  await inviteElsewhere(database, tenants);
  const tokenAfterRemoval = await remove(database, graph, personOf(tenants.home, 'home_leaver').id, leaver);

  const memberships = await database.owner<{ user_id: string; tenant_id: string; role: MatrixViewer['role'] }[]>`select user_id, tenant_id, role from tenants.memberships`;
  const tenantsOf = (personId: string): string[] => memberships.filter(({ user_id }) => user_id === personId).map(({ tenant_id }) => tenant_id);
  const viewers = lookers.map(([name, username, slug]): AskingViewer => {
    const tenant = slug === 'home' ? tenants.home : tenants.away;
    const { id } = personOf(tenant, username);
    const role = memberships.find(({ user_id, tenant_id }) => user_id === id && tenant_id === tenant.id)?.role ?? null;
    return { name, personId: id, tenantId: tenant.id, role, platformAdministrator: username === 'home_platform', belongsTo: tenantsOf(id), token: signedIn.get(name) };
  });
  const nobody = { tenantId: null, role: null, platformAdministrator: false, belongsTo: [] };
  viewers.push({ name: 'somebody without a token', personId: null, ...nobody, token: undefined });
  viewers.push({ name: 'a member removed a moment ago', personId: personOf(tenants.home, 'home_leaver').id, ...nobody, token: tokenAfterRemoval });
  const canaries = await canariesIn(database, tables, tenantsOf);
  return { tenants, viewers, canaries, unplanted, withoutCanaries: columnsWithoutCanaries(tables, canaries), tokenBeforeRemoval: leaver.accessToken, tenantsOf };
}

interface Leaver {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signInToLeave(graph: TestGraph): Promise<Leaver> {
  const { data } = await graph.ask('mutation ($password: String!) { sessionSignIn(input: { login: "home_leaver", password: $password }) { accessToken refreshToken } }', { password: testPassword });
  return data.sessionSignIn;
}

/** Takes somebody out of their tenant, and answers the token they get from then on. */
async function remove({ owner }: TestDatabase, graph: TestGraph, userId: string, { accessToken, refreshToken }: Leaver): Promise<string> {
  await owner.begin(async (tx) => {
    await tx`delete from tenants.memberships where user_id = ${userId}`;
    await tx`select sessions.void_tokens(${userId}, ${graph.clock.now()})`;
  });
  let latest = refreshToken;
  await eventually(() => graph.ask('{ me { id } }', {}, { token: accessToken }), ({ errors }) => errors[0]?.extensions.code === 'UNAUTHENTICATED');
  // Tokens given out in the very second of the removal do not count either.
  const refreshed = await eventually(
    async () => {
      graph.clock.advanceSeconds(1);
      const { data } = await graph.ask('mutation ($refreshToken: String) { sessionRefresh(input: { refreshToken: $refreshToken }) { accessToken refreshToken } }', { refreshToken: latest });
      latest = data.sessionRefresh.refreshToken;
      const token: string = data.sessionRefresh.accessToken;
      return { token, me: (await graph.ask('{ me { id } }', {}, { token })).data?.me };
    },
    ({ me }) => me?.id === userId,
  );
  return refreshed.token;
}

/** Gives the guarded fields that hold no text something to hold. */
async function fillWhatIsNoText({ owner }: TestDatabase, { home, away, both }: TwoTenants): Promise<void> {
  // Everybody is in already: a suspension, or a lock, would keep them out.
  await owner`update users.people set status = 'SUSPENDED', suspended_until = now() + interval '1 day' where id = ${both.id}`;
  await owner`update sessions.login_history set session_id = null, failure = 'WRONG_PASSWORD' where user_id = ${both.id} and tenant_id = ${home.id}`;
  await owner`update sessions.second_factors set confirmed_at = now() where user_id = ${both.id}`;
  await owner`update sessions.lockouts set last_failed_at = now(), locked_until = now() + interval '1 day' where user_id is not null`;
  await owner`update users.notification_settings set quiet_from = '22:00', quiet_to = '07:00'`;
  await owner`update users.notifications set read_at = created_at where user_id = ${both.id}`;
  // By somebody of the tenant it happened in, who at home is a stranger when it happened away.
  await owner`update users.notifications n set actor_id = (select m.user_id from tenants.memberships m where m.tenant_id = n.tenant_id and m.user_id <> n.user_id order by m.joined_at limit 1)`;
  await owner`
    update users.status_changes c set actor_id = (
      select m.user_id from tenants.memberships me join tenants.memberships m on m.tenant_id = me.tenant_id and m.user_id <> me.user_id
      where me.user_id = c.user_id order by me.tenant_id = ${home.id} desc, m.joined_at limit 1)`;
  await owner`insert into users.blocks (blocker_id, blocked_id, created_at) select ${both.id}, id, now() from users.people where username in ('home_blocked', 'far_member_4')`;
  for (const tenant of [home, away]) await fillTenant({ owner }, tenant, both.id);
}

/** Rules that keep nobody out, and an audit log in which everything is to be seen. */
async function fillTenant({ owner }: Pick<TestDatabase, 'owner'>, { id: tenantId, people }: TestTenant, targetId: string): Promise<void> {
  const rules = { allowedIpRanges: ['0.0.0.0/0', '::/0'], sessionMinutesMax: 129_600, apiPerMinute: 100_000, writesPerMinute: 10_000, branding };
  await owner`update tenants.settings set settings = ${owner.json(rules)}, version = 2 where tenant_id = ${tenantId}`;
  const [actor, impersonator] = Object.values(people);
  const entry = { tenant_id: tenantId, occurred_at: new Date(), actor_id: actor?.id ?? '', action: 'user.suspend', target_type: 'user', target_id: targetId, request_id: 'a request' };
  const digest = Buffer.alloc(32, 1);
  const chained = { digest, payload_digest: digest, origin_digest: digest };
  await owner`insert into tenants.audit_entries ${owner([
    { ...entry, ...chained, id: v7(), seq: 11, impersonator_id: impersonator?.id ?? '', before: owner.json({ status: 'ACTIVE' }), after: owner.json({ status: 'SUSPENDED' }), redacted_at: null },
    { ...entry, ...chained, id: v7(), seq: 12, impersonator_id: impersonator?.id ?? '', before: null, after: null, redacted_at: new Date() },
  ])}`;
}

/** Invites some of those who look into a tenant that is none of theirs: of it they see what the offer says, and nothing else. */
async function inviteElsewhere(database: TestDatabase, { both, home }: TwoTenants): Promise<void> {
  const inviting = await aTenant('inviting').withAdmin('inviting_admin').in(database);
  const { owner } = database;
  await owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${inviting.id}, ${owner.json({ branding })}, now())`;
  const invited = await owner<{ email_canonical: string }[]>`select email_canonical from users.people where id = any (${[both.id, personOf(home, 'home_member').id]})`;
  // Written in another way than the person writes it: it is for them all the same.
  const rows = invited.map((address) => ({
    ...address,
    email: String(mintCanary({ name: 'email', type: 'text' })[0]),
    id: v7(),
    tenant_id: inviting.id,
    role: 'USER',
    invited_by: personOf(inviting, 'inviting_admin').id,
    created_at: new Date(),
    sent_at: new Date(),
    expires_at: new Date(Date.now() + 7 * 86_400_000),
  }));
  await owner`insert into tenants.invitations ${owner(rows)}`;
}

const branding = { logoUrl: 'https://logo.test/logo.png', accentColor: '#336699' };
