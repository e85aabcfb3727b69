import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraph, TestGraphOptions } from '../../harness/graph.ts';
import { startGraph } from '../../harness/graph.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import { testDatabase } from '../../harness/testDatabase.ts';
import type { Shown } from './checker.ts';
import { fieldRules, ruleOf } from './fieldRules.ts';
import { operationsBehindForeignCursors } from './foreignPages.ts';
import type { MatrixWorld } from './matrixWorld.ts';
import { makeMatrixWorld, tenantsToLookAt } from './matrixWorld.ts';
import type { MatrixOperation } from './operations.ts';
import { coordinatesOf } from './paths.ts';
import { apiSchema, queryableFields } from './schemaFields.ts';
import { matrixEnvironment, matrixOperations, walk } from './walkingTheMatrix.ts';

/** Columns with text of people or tenants that hold no canary, each with the reason. */
const withoutCanaries: Readonly<Record<string, string>> = {
  'tenants.invitation_requests.subject': 'holds a hash in hexadecimal',
  'users.deletions.reason': 'nobody is deleted: they would see nothing and be seen by nobody',
  'users.deletions.status_reason_before': 'nobody is deleted',
  'users.erasures.signed': 'nobody is erased',
  'users.erasures.steps_done': 'nobody is erased',
};

/** Holds a build of the graph to the matrix: every field, by every path of so many hops, for every kind of viewer. */
export function matrixThrough(build: string, hopsMax: number, options: (databaseUrl: string) => TestGraphOptions): void {
  describe(`every field by every path of up to ${hopsMax} hops, in the graph ${build},`, () => {
    let database: TestDatabase;
    let graph: TestGraph;
    let world: MatrixWorld;
    let operations: MatrixOperation[];
    const shown: Shown = new Map();

    beforeAll(async () => {
      database = await testDatabase('migrated');
      const tenants = await tenantsToLookAt(database);
      const { environment, ...others } = options(database.url);
      graph = await startGraph(database.url, { ...others, environment: { ...matrixEnvironment, ...environment } });
      world = await makeMatrixWorld(database, graph, tenants);
      operations = matrixOperations(world, hopsMax);
    });
    afterAll(async () => {
      await graph.stop();
      await database.drop();
    });

    test.each([
      'the person themselves',
      'the person themselves, acting as an administrator elsewhere',
      'a member',
      'a moderator',
      'an administrator',
      'a platform administrator',
      'an administrator of another tenant',
      'somebody without a token',
      'a member removed a moment ago',
    ])('shows %s what the table says and nothing else', { timeout: 120_000 }, async (name) => {
      const viewer = world.viewers.find((each) => each.name === name);
      if (viewer === undefined) throw new Error(`${name} does not look`);
      const { data } = await graph.ask('{ me { id } }', {}, { token: viewer.token });
      expect(data.me?.id ?? null).toBe(viewer.personId);
      const { findings, failures } = await walk(graph, world, viewer, operations, shown);
      expect(failures).toEqual([]);
      expect(findings).toEqual([]);
    });

    test('shows nobody more when all of them ask at once', { timeout: 120_000 }, async () => {
      const walks = await Promise.all(world.viewers.map((viewer) => walk(graph, world, viewer, operations.filter(({ step }) => ['me', 'users', 'currentTenant'].includes(step.name)), new Map())));
      expect(walks.flatMap(({ findings, failures }) => [...findings, ...failures])).toEqual([]);
    });

    test('shows nobody more of any list behind a cursor of the other tenant', { timeout: 120_000 }, async () => {
      const stranger = world.viewers.find(({ name }) => name === 'an administrator of another tenant');
      if (stranger === undefined) throw new Error('nobody looks from elsewhere');
      const behind = await operationsBehindForeignCursors(graph, world, stranger);
      expect(behind.filter(({ query }) => query.includes('_after')).length).toBeGreaterThanOrEqual(5);
      for (const viewer of world.viewers.filter(({ name }) => ['a member', 'an administrator', 'a member removed a moment ago'].includes(name))) {
        const { findings, failures } = await walk(graph, world, viewer, behind, new Map());
        expect([...findings, ...failures]).toEqual([]);
      }
    });

    test('refuses the token a removed member still has in hand', async () => {
      const { data, errors } = await graph.ask('{ me { id } currentTenant { id } }', {}, { token: world.tokenBeforeRemoval });
      expect(data?.me ?? null).toBeNull();
      expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    });

    test('asks for every field there is', () => {
      const asked = new Set(operations.flatMap(({ step }) => coordinatesOf(step)));
      expect(queryableFields(apiSchema()).filter((coordinate) => !asked.has(coordinate)), `these lie more than ${hopsMax} hops away`).toEqual([]);
    });

    test('has shown every field to every audience of it: nothing passes because there was nothing to see', () => {
      const missing = Object.entries(fieldRules).flatMap(([type, fields]) =>
        Object.keys(fields).flatMap((field) => {
          const rule = ruleOf(type, field);
          if (rule === undefined || rule.unseen !== undefined) return [];
          return (rule.who ?? [null]).filter((audience) => !shown.get(`${type}.${field}`)?.has(audience)).map((audience) => `${type}.${field} to ${audience ?? 'anybody'}`);
        }),
      );
      expect(missing, 'fill these in tests/isolation/matrix/matrixWorld.ts, or say in fieldRules.ts why nobody sees them').toEqual([]);
    });

    test('has a canary in every column with text of people or tenants, but for those named with a reason', () => {
      expect(world.withoutCanaries.toSorted(), JSON.stringify(world.unplanted)).toEqual(Object.keys(withoutCanaries).toSorted());
    });
  });
}
