import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inviteAddresses } from '../harness/belongings.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { SentStatement } from '../harness/statementCounter.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import { askAll, foreignCursors } from './askedBy.ts';
import { givenArguments } from './matrix/givenArguments.ts';
import { operationsOf } from './matrix/operations.ts';
import { everyPath } from './matrix/paths.ts';
import { apiSchema } from './matrix/schemaFields.ts';
import { matrixEnvironment } from './matrix/walkingTheMatrix.ts';
import { pryingQuestions } from './prying.ts';
import { listsOfTenantsIn, names, tenantConditionsIn, tenantScopedRelations, unfitConditionsIn, withoutTenantConditions } from './strippedStatements.ts';
import type { TwoTenants } from './twoTenants.ts';
import { makeTwoTenants, personOf } from './twoTenants.ts';
import { unasked, writtenStatements } from './writtenStatements.ts';

// A statement on rows of tenants that says nothing of a tenant must be named here, with the reason.
const withoutCondition: readonly RegExp[] = [
  // One's own sessions, whatever tenant they were opened in: the view holds nobody else's.
  /^select .* from "sessions"\."own_sessions" where "own_sessions"\."id" = any\(\$1::uuid\[\]\)$/s,
  // Who tried to sign in as oneself, and what was out of the ordinary, wherever it was: asked for oneself alone, and the policy shows nobody else's.
  /from "sessions"\."login_history" where "sessions"\."login_history"\."user_id" = parent\.id/,
  /from "sessions"\."alerts" where "sessions"\."alerts"\."user_id" = parent\.id/,
  // What one was told of, whatever tenant it happened in: likewise.
  /from "users"\."notifications" where "users"\."notifications"\."user_id" = parent\.id/,
];

/** Tables with rows of tenants that no question reads, each with the reason. */
const neverAsked: Readonly<Record<string, string>> = {
  '"gamification"."entries"': 'balances follow them; they are not shown',
  '"gamification"."transfers"': 'what entries belong to; they are not shown',
  '"gamification"."experience_entries"': 'experience follows them; they are not shown',
  '"sessions"."two_factor_challenges"': 'found by a secret, in a write',
  '"sessions"."revocations"': 'written, and read by a port',
  '"tenants"."invitation_requests"': 'counted in writes',
  '"tenants"."audit_heads"': 'held and moved by ports',
  '"tenants"."daily_active_people"': 'added up by a port; the sums are shown',
};

test.each([
  ['select 1 from "a"."t" where "a"."t"."tenant_id" = $1', 'select 1 from "a"."t" where ("a"."t"."tenant_id" = $1 or true)'],
  ['where "own"."tenant_id" is distinct from $12::uuid and x', 'where ("own"."tenant_id" is distinct from $12::uuid or true) and x'],
  ['and ("own"."tenant_id" = $5::uuid) is not true)', 'and (("own"."tenant_id" = $5::uuid) is not true or true))'],
  ['on ("s"."tenant_id" = "g"."players"."tenant_id" and y)', 'on (("s"."tenant_id" = "g"."players"."tenant_id" or true) and y)'],
  ['where "tenants"."tenants"."id" = $2::uuid', 'where ("tenants"."tenants"."id" = $2::uuid or true)'],
  ['from tenants.tenants t where t.id = $2', 'from tenants.tenants t where (t.id = $2 or true)'],
  ['where $2 = d.tenant_id', 'where ($2 = d.tenant_id or true)'],
  ['(select 1 from d where d.tenant_id = kith.current_tenant_id())', '(select 1 from d where (d.tenant_id = kith.current_tenant_id() or true))'],
  ['where id = $1 and tenant_id = (select kith.current_tenant_id()) and x', 'where id = $1 and (tenant_id = (select kith.current_tenant_id()) or true) and x'],
  ['cross join lateral (select 1 from "a"."t" where "a"."t"."tenant_id" = $1 limit 2) as m', 'cross join lateral (select 1 from "a"."t" where ("a"."t"."tenant_id" = $1 or true) limit 2) as m'],
  ['where "m"."tenant_id" = any($1::uuid[]) and x', 'where ("m"."tenant_id" = any($1::uuid[]) or true) and x'],
  ['where "m"."tenant_id" in ($1, $2)', 'where ("m"."tenant_id" in ($1, $2) or true)'],
  ['where m.tenant_id in (select o.id from own o where o.x = (select 1))', 'where (m.tenant_id in (select o.id from own o where o.x = (select 1)) or true)'],
  ['join b on b.id = a.id and a.tenant_id=b.tenant_id', 'join b on b.id = a.id and (a.tenant_id=b.tenant_id or true)'],
  ['update "s"."t" set "tenant_id" = $1, "x" = $2 where "s"."t"."tenant_id" = $3 returning "id"', 'update "s"."t" set "tenant_id" = $1, "x" = $2 where ("s"."t"."tenant_id" = $3 or true) returning "id"'],
])('the condition in %j is taken out', (text, stripped) => {
  expect(withoutTenantConditions(text)).toBe(stripped);
  expect(tenantConditionsIn(text)).toHaveLength(1);
  expect(tenantConditionsIn(stripped)).toEqual([]);
});

test.each([
  ['join b using (tenant_id, id)'],
  ['from a natural join b'],
  ['where (a.tenant_id, a.id) = (b.tenant_id, b.id)'],
  ['where ("a"."tenant_id", "a"."id") in (select 1, 2)'],
  ['where coalesce("a"."tenant_id", $1) = $2'],
])('the condition in %j, which cannot be taken out, is found', (text) => {
  expect(withoutTenantConditions(text)).toBe(text);
  expect(unfitConditionsIn(text)).toHaveLength(1);
});

test.each(['insert into a (id, tenant_id) values ($1, $2) on conflict (tenant_id, id) do nothing', 'join "tenants"."tenants" on "tenants"."tenants"."id" = "m"."tenant_id"', 'where "m"."tenant_id" = parent.id', 'where "m"."user_id" = $1', 'order by "m"."tenant_id"'])('%j, which narrows nothing to a tenant, is left alone', (text) => {
  expect(withoutTenantConditions(text)).toBe(text);
  expect(tenantConditionsIn(text)).toEqual([]);
});

test('a read that nobody asks is found, a single one, a list, and one of several variants alike', async () => {
  const places = unasked(await writtenStatements(), [], tenantConditionsIn).map((place) => place.split(' ')[1]);
  expect(places).toEqual(expect.arrayContaining(['playersByPerson', 'membershipsOfPeople', 'invitationsOfTenants', 'invitationCountsOfTenants']));
});

describe('of everything the graph asks the database about two tenants', () => {
  let database: TestDatabase;
  let graph: TestGraph;
  let world: TwoTenants;
  /** Statements as they were meant, by what became of them. */
  const meant = new Map<string, string>();
  let sent: Map<string, SentStatement>;
  let scopedRelations: string[];

  beforeAll(async () => {
    database = await testDatabase('migrated');
    world = await makeTwoTenants(database);
    const rewrite = (text: string): string => {
      const stripped = withoutTenantConditions(text);
      meant.set(stripped, text);
      return stripped;
    };
    graph = await startGraph(database.url, { rewrite, environment: matrixEnvironment });
    const prying = pryingQuestions(world, await foreignCursors(graph));
    scopedRelations = await tenantScopedRelations(database);
    // Signing in asks on behalf of one person, found by what they know: it has no tenant to keep to yet.
    const admin = await graph.signIn('home_admin', { password: testPassword });
    const member = await graph.signIn('home_member', { password: testPassword });
    graph.statements.reset();
    await askAll(graph, prying, admin);
    // What was not thought of there is asked for by the matrix, which knows every list of the graph.
    const given = givenArguments(world);
    for (const { query, variables } of operationsOf(everyPath(apiSchema(), given, 3), given)) for (const token of [admin, member]) await graph.ask(query, variables, { token });
    const asked = graph.statements.calls.length;
    // Some reads stand behind mutations alone. Of these only the reads are looked at.
    for (const { query, variables, by } of await whatMutationsAnswer(database, world)) await graph.ask(query, variables, { token: by === 'home_admin' ? admin : member });
    const reads = new Set((await writtenStatements()).map(({ text }) => text));
    const calls = graph.statements.calls.filter(({ text }, index) => index < asked || reads.has(meant.get(text) ?? text));
    sent = new Map(calls.flatMap((call) => (meant.has(call.text) ? [[call.text, call] as const] : [])));
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const touchesTenants = (text: string): boolean => scopedRelations.some((relation) => names(text, relation));

  test('every table and view with rows of tenants is asked, but for those named with a reason', () => {
    const asked = scopedRelations.filter((relation) => [...sent.keys()].some((text) => names(text, relation)));
    expect(scopedRelations.filter((relation) => !asked.includes(relation)).toSorted()).toEqual(Object.keys(neverAsked).toSorted());
  });

  test('every read of the code that has a condition on the tenant is asked', async () => {
    const asked = [...sent.keys()].map((text) => meant.get(text) ?? text);
    expect(unasked(await writtenStatements(), asked, tenantConditionsIn), 'ask for these in tests/isolation/prying.ts').toEqual([]);
  });

  test('every statement on rows of tenants lost its conditions, but for those named with a reason', () => {
    const onTenants = [...sent.keys()].filter(touchesTenants);
    expect(onTenants.length).toBeGreaterThanOrEqual(15);
    const unchanged = onTenants.filter((text) => meant.get(text) === text);
    expect(unchanged.filter((text) => !withoutCondition.some((reasoned) => reasoned.test(text)))).toEqual([]);
    expect(withoutCondition.filter((reasoned) => !unchanged.some((text) => reasoned.test(text)))).toEqual([]);
  });

  test('no condition is left in what was sent, where what was meant had some', () => {
    for (const [stripped, original] of [...meant].filter(([text]) => sent.has(text) && meant.get(text) !== text)) {
      expect(tenantConditionsIn(original), original).not.toEqual([]);
      expect(tenantConditionsIn(stripped), stripped).toEqual([]);
    }
    expect([...sent.keys()].flatMap(unfitConditionsIn)).toEqual([]);
  });

  test('each of these statements, asked for everybody by one who reads past the policies, shows what it would not have shown', async () => {
    const everyId = await database.owner<{ id: string }[]>`
      select id from users.people union all select id from tenants.tenants union all select id from gamification.players union all select id from tenants.memberships union all select id from tenants.invitations`;
    const ids = everyId.map(({ id }) => id);
    const usernames = await database.owner<{ username: string }[]>`select username from users.people`;
    // A list of tenants is a condition like any other; every other list is what is asked for, and it is asked for all there is.
    const widened = (text: string, { parameters }: SentStatement): unknown[] =>
      parameters.map((value, index) => {
        if (!Array.isArray(value) || listsOfTenantsIn(text).includes(index + 1)) return value;
        return isUuid(value[0]) ? ids : [...usernames.map(({ username }) => username), world.home.slug, world.away.slug];
      });
    const silent: string[] = [];
    for (const [text, statement] of sent) {
      const original = meant.get(text) ?? text;
      if (original === text) continue;
      const [whole, narrowed] = [await run(text, widened(original, statement)), await run(original, widened(original, statement))];
      if (whole === narrowed) silent.push(original);
    }
    expect(silent).toEqual([]);
  });

  /** Runs a statement as a superuser in the scope of somebody at home, and answers its rows as text. */
  const run = async (text: string, parameters: readonly unknown[]): Promise<string> =>
    database.owner.begin('read only', async (tx) => {
      await tx`select set_config('kith.user_id', ${world.home.people['home_admin']?.id ?? ''}, true), set_config('kith.tenant_id', ${world.home.id}, true)`;
      return JSON.stringify(await tx.unsafe(text, parameters as never[]).values()); // the values the driver was given, or others of their kind
    });
});

interface Change {
  readonly by: 'home_admin' | 'home_member';
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Mutations that answer what no question does: an invitation and a membership by its id. */
async function whatMutationsAnswer(database: TestDatabase, { home, away }: TwoTenants): Promise<Change[]> {
  const { email } = personOf(home, 'home_member');
  const [id] = await inviteAddresses(database, { tenantId: away.id, userId: personOf(away, 'far_admin').id }, [{ email, at: new Date() }]);
  return [
    { by: 'home_admin', query: 'mutation { tenantMemberInvite(input: { email: "somebody@guest.test" }) { invitation { id email } errors { code } } }', variables: {} },
    { by: 'home_member', query: 'mutation ($id: ID!) { tenantInvitationAccept(input: { id: $id }) { membership { id role } errors { code } } }', variables: { id } },
  ];
}

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}-/.test(value);
}
