import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { SentStatement } from '../harness/statementCounter.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import { askAll, foreignCursors } from './askedBy.ts';
import { pryingQuestions } from './prying.ts';
import { tenantConditionsIn, tenantScopedRelations, withoutTenantConditions } from './strippedStatements.ts';
import type { TwoTenants } from './twoTenants.ts';
import { makeTwoTenants } from './twoTenants.ts';

// A statement on rows of tenants that says nothing of a tenant must be named here, with the reason.
const withoutCondition: readonly RegExp[] = [
  // One's own sessions, whatever tenant they were opened in: the view holds nobody else's.
  /^select .* from "sessions"\."own_sessions" where "own_sessions"\."id" = any\(\$1::uuid\[\]\)$/s,
];

test.each([
  ['select 1 from "a"."t" where "a"."t"."tenant_id" = $1', 'select 1 from "a"."t" where ("a"."t"."tenant_id" = $1 or true)'],
  ['where "own"."tenant_id" is distinct from $12::uuid and x', 'where ("own"."tenant_id" is distinct from $12::uuid or true) and x'],
  ['and ("own"."tenant_id" = $5::uuid) is not true)', 'and (("own"."tenant_id" = $5::uuid) is not true or true))'],
  ['on ("s"."tenant_id" = "g"."players"."tenant_id" and y)', 'on (("s"."tenant_id" = "g"."players"."tenant_id" or true) and y)'],
  ['where "tenants"."tenants"."id" = $2::uuid', 'where ("tenants"."tenants"."id" = $2::uuid or true)'],
])('the condition in %j is taken out', (text, stripped) => {
  expect(withoutTenantConditions(text)).toBe(stripped);
  expect(tenantConditionsIn(text)).toHaveLength(1);
  expect(tenantConditionsIn(stripped)).toEqual([]);
});

test.each(['join "tenants"."tenants" on "tenants"."tenants"."id" = "m"."tenant_id"', 'where "m"."tenant_id" = parent.id', 'where "m"."user_id" = $1', 'order by "m"."tenant_id"'])('%j, which narrows nothing to a tenant, is left alone', (text) => {
  expect(withoutTenantConditions(text)).toBe(text);
  expect(tenantConditionsIn(text)).toEqual([]);
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
    graph = await startGraph(database.url, { rewrite });
    const prying = pryingQuestions(world, await foreignCursors(graph));
    scopedRelations = await tenantScopedRelations(database);
    // Signing in asks on behalf of one person, found by what they know: it has no tenant to keep to yet.
    const admin = await graph.signIn('home_admin', { password: testPassword });
    graph.statements.reset();
    await askAll(graph, prying, admin);
    sent = new Map(graph.statements.calls.flatMap((call) => (meant.has(call.text) ? [[call.text, call] as const] : [])));
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  const touchesTenants = (text: string): boolean => scopedRelations.some((relation) => text.includes(relation));

  test('every table and view with rows of tenants is asked', () => {
    const asked = scopedRelations.filter((relation) => [...sent.keys()].some((text) => text.includes(relation)));
    const never = ['"gamification"."entries"', '"gamification"."experience_entries"', '"gamification"."transfers"', '"sessions"."alerts"', '"sessions"."login_history"', '"sessions"."two_factor_challenges"', '"tenants"."audit_entries"', '"tenants"."settings"'];
    expect(scopedRelations.filter((relation) => !asked.includes(relation)).toSorted()).toEqual(never);
  });

  test('every statement on rows of tenants lost its conditions, but for those named with a reason', () => {
    const onTenants = [...sent.keys()].filter(touchesTenants);
    expect(onTenants.length).toBeGreaterThanOrEqual(15);
    const unchanged = onTenants.filter((text) => meant.get(text) === text);
    expect(unchanged.filter((text) => !withoutCondition.some((reasoned) => reasoned.test(text)))).toEqual([]);
    expect(unchanged).toHaveLength(withoutCondition.length);
  });

  test('no condition is left in what was sent, where what was meant had some', () => {
    for (const [stripped, original] of [...meant].filter(([text]) => sent.has(text) && meant.get(text) !== text)) {
      expect(tenantConditionsIn(original), original).not.toEqual([]);
      expect(tenantConditionsIn(stripped), stripped).toEqual([]);
    }
  });

  test('each of these statements, asked for everybody by one who reads past the policies, shows what it would not have shown', async () => {
    const everyId = await database.owner<{ id: string }[]>`
      select id from users.people union all select id from tenants.tenants union all select id from gamification.players`;
    const ids = everyId.map(({ id }) => id);
    const usernames = await database.owner<{ username: string }[]>`select username from users.people`;
    const widened = ({ parameters }: SentStatement): unknown[] =>
      parameters.map((value) => (!Array.isArray(value) ? value : isUuid(value[0]) ? ids : [...usernames.map(({ username }) => username), world.home.slug, world.away.slug]));
    const silent: string[] = [];
    for (const [text, statement] of sent) {
      const original = meant.get(text) ?? text;
      if (original === text) continue;
      const [whole, narrowed] = [await run(text, widened(statement)), await run(original, widened(statement))];
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

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}-/.test(value);
}
