import { eventually } from '../../harness/eventually.ts';
import type { TestGraph } from '../../harness/graph.ts';
import { startGraph } from '../../harness/graph.ts';
import type { TestGraphOptions } from '../../harness/graph.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import { testPassword } from '../../harness/world.ts';
import { databaseContents } from '../../drizzle/databaseContents.ts';
import { canariesIn, canariesSeen, plantCanaries } from '../matrix/canaries.ts';
import type { Canaries } from '../matrix/canaries.ts';
import type { MatrixViewer } from '../matrix/audiences.ts';
import type { Finding } from '../matrix/checker.ts';
import { findingsIn } from '../matrix/checker.ts';
import { givenArguments } from '../matrix/givenArguments.ts';
import { operationOf } from '../matrix/operations.ts';
import type { MatrixOperation } from '../matrix/operations.ts';
import { pathsFrom } from '../matrix/paths.ts';
import { plantRows } from '../matrix/plantedRows.ts';
import { apiSchema } from '../matrix/schemaFields.ts';
import { tablesOfPeople } from '../matrix/tablesOfPeople.ts';
import { matrixEnvironment } from '../matrix/walkingTheMatrix.ts';
import type { TwoTenants } from '../twoTenants.ts';
import { makeTwoTenants, personOf } from '../twoTenants.ts';
import type { Input } from './attempts.ts';
import type { Names } from './names.ts';
import { namesOf } from './names.ts';

/** An answer as it came, but for what differs between any two. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One administrator of each tenant for every mutation, so that what one does is nothing to the next. */
export interface Siege {
  readonly graph: TestGraph;
  /** Whom a mutation is aimed at. */
  victimOf(mutation: string): Promise<Names>;
  attackerOf(mutation: string): Promise<Names>;
  /** Calls a mutation as an administrator of either tenant. */
  call(mutation: string, input: Input, by: 'the attacker' | 'their own administrator'): Promise<WholeAnswer>;
  /** What an attacker was shown in an answer and should not have been. */
  findingsIn(mutation: string, answer: WholeAnswer): Finding[];
  /** Every row that has to do with the other tenant or with somebody who belongs to it alone, by table. */
  contentsOfVictims(): Promise<Record<string, string[]>>;
}

/** Every mutation of the graph. */
export function everyMutation(): string[] {
  return Object.keys(apiSchema().getMutationType()?.getFields() ?? {});
}

/** Makes two tenants with an administrator and a victim for every mutation, and starts a graph on them. */
export async function laySiege(database: TestDatabase, options: TestGraphOptions = {}): Promise<Siege> {
  const mutations = everyMutation();
  const attacker = (mutation: string): string => `home_against_${mutations.indexOf(mutation)}`;
  const victim = (mutation: string): string => `far_victim_${mutations.indexOf(mutation)}`;
  const tenants = await makeTwoTenants(database, mutations.map(attacker), mutations.map(victim));
  const { home, away, both } = tenants;
  await database.owner`update tenants.memberships set role = 'ADMIN' where user_id = any (${mutations.map((mutation) => personOf(home, attacker(mutation)).id)})`;
  const tables = await tablesOfPeople(database);
  await plantRows(database, tables, Object.values(away.people).map(({ id: userId }) => ({ userId, tenantId: away.id })));
  await plantCanaries(database, tables);
  const canaries = await canariesOf(database);
  const graph = await startGraph(database.url, { ...options, environment: { ...matrixEnvironment, SIGN_IN_REFUSAL_MS: '1', ...options.environment } });
  const farPeople = Object.values(away.people).filter(({ id }) => id !== both.id).map(({ id }) => id);

  const call: Siege['call'] = async (mutation, input, by) => {
    const operation = mutationOperation(tenants, mutation, input);
    const token = await graph.signIn(by === 'the attacker' ? attacker(mutation) : 'far_admin', { password: testPassword });
    return wholeAnswer(graph, operation, token);
  };
  return {
    graph,
    victimOf: (mutation) => namesOf(database, tables, personOf(away, victim(mutation)), away),
    attackerOf: (mutation) => namesOf(database, tables, personOf(home, attacker(mutation)), home),
    call,
    findingsIn: (mutation, { body }) => {
      const viewer: MatrixViewer = { name: 'an administrator', personId: personOf(home, attacker(mutation)).id, tenantId: home.id, role: 'ADMIN', platformAdministrator: false, belongsTo: [home.id] };
      const tenantsOf = (id: string): string[] => [...(farPeople.includes(id) || id === both.id ? [away.id] : []), ...(farPeople.includes(id) ? [] : [home.id])];
      const { step } = mutationOperation(tenants, mutation, {});
      return [...findingsIn((JSON.parse(body) as { data?: unknown }).data, step, viewer, { tenantsOf }), ...canariesSeen(body, viewer, canaries, mutation)]; // an answer of the graph
    },
    contentsOfVictims: async () => {
      await settled(database);
      const contents = await databaseContents(database.owner);
      const theirs = [away.id, ...farPeople];
      return Object.fromEntries(Object.entries(contents).filter(([table]) => !countedLater.includes(table)).map(([table, rows]) => [table, rows.map((row) => JSON.stringify(row)).filter((row) => theirs.some((id) => row.includes(id)))]));
    },
  };
}

/** Sums of what happened before, that jobs add up in their own time: what is counted stands in other tables. */
const countedLater = ['tenants.daily_active_people', 'tenants.daily_statistics', 'tenants.member_counts', 'tenants.member_count_changes'];

async function canariesOf(database: TestDatabase): Promise<Canaries> {
  const memberships = await database.owner<{ user_id: string; tenant_id: string }[]>`select user_id, tenant_id from tenants.memberships`;
  return canariesIn(database, await tablesOfPeople(database), (id) => memberships.filter(({ user_id }) => user_id === id).map(({ tenant_id }) => tenant_id));
}

const hopsMax = 3;

function mutationOperation(tenants: TwoTenants, mutation: string, input: Input): MatrixOperation {
  const root = apiSchema().getMutationType();
  const given = { ...givenArguments(tenants), [`Mutation.${mutation}`]: [{ input }] };
  const [step] = root === null || root === undefined ? [] : pathsFrom(root, [mutation], given, hopsMax);
  if (step === undefined) throw new Error(`there is no mutation ${mutation}`);
  return operationOf(step, given, { input });
}

async function wholeAnswer(graph: TestGraph, { query, variables }: MatrixOperation, token: string): Promise<WholeAnswer> {
  const response = await fetch(`${graph.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) });
  const { date: _date, 'x-request-id': _id, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

/** Waits until nothing is left to be done for what has happened. */
async function settled({ owner }: TestDatabase): Promise<void> {
  await eventually(
    () => owner<{ due: number }[]>`select count(*)::int as due from graphile_worker.jobs where run_at <= now() and attempts < max_attempts`,
    ([row]) => row?.due === 0,
  );
}

/** The tables in which something of the other tenant is not as it was. */
export function changed(before: Record<string, string[]>, after: Record<string, string[]>): string[] {
  return Object.keys(after).filter((table) => JSON.stringify(before[table]) !== JSON.stringify(after[table]));
}

/** Every role reads and writes as a superuser, whom no policy binds. */
export const pastPolicies = (url: string): TestGraphOptions => ({ environment: Object.fromEntries(['READER', 'USERS', 'TENANTS', 'SESSIONS', 'GAMIFICATION'].map((role) => [`${role}_DATABASE_URL`, url])) });
