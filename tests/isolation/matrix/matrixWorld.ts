import type { TestGraph } from '../../harness/graph.ts';
import { eventually } from '../../harness/eventually.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import { testPassword } from '../../harness/world.ts';
import type { TwoTenants } from '../twoTenants.ts';
import { makeTwoTenants, personOf } from '../twoTenants.ts';
import type { MatrixViewer } from './audiences.ts';
import type { Canaries } from './canaries.ts';
import { canariesIn, columnsWithoutCanaries, plantCanaries } from './canaries.ts';
import type { Belonging } from './checker.ts';
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
  return makeTwoTenants(database, ['home_leaver']);
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
async function fillWhatIsNoText({ owner }: TestDatabase, { home, both }: TwoTenants): Promise<void> {
  // Everybody is in already: a suspension would keep them out.
  await owner`update users.people set status = 'SUSPENDED', suspended_until = now() + interval '1 day' where id = ${both.id}`;
  await owner`update sessions.login_history set session_id = null, failure = 'WRONG_PASSWORD' where user_id = ${both.id} and tenant_id = ${home.id}`;
  await owner`update sessions.second_factors set confirmed_at = now() where user_id = ${both.id}`;
}
