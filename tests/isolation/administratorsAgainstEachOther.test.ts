import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { Attempt } from './mutations/attempts.ts';
import { attempts, unlistedMutations } from './mutations/attempts.ts';
import { besiege } from './mutations/besieging.ts';
import type { Siege } from './mutations/siege.ts';
import { changed, everyMutation, laySiege, pastPolicies } from './mutations/siege.ts';
import { withoutTenantConditions } from './strippedStatements.ts';

test('there is a way to try every mutation of the graph', () => {
  expect(unlistedMutations(everyMutation()), 'say in tests/isolation/mutations/attempts.ts how to attack with these').toEqual([]);
});

besiege('as it is', () => ({}));

describe('the same attempts in the graph without either', () => {
  let database: TestDatabase;
  let siege: Siege;

  beforeAll(async () => {
    database = await testDatabase('migrated');
    siege = await laySiege(database, { ...pastPolicies(database.url), rewrite: withoutTenantConditions });
  });
  afterAll(async () => {
    await siege.graph.stop();
    await database.drop();
  });

  test.each(['sessionRevoke', 'userBan'])('get through: %s changes the other tenant, and says whom it did it to', async (name) => {
    const attempt = attempts[name];
    if (attempt?.kind !== 'aimed') throw new Error(`${name} is not aimed at anybody`);
    const [input] = Object.values(attempt.by);
    const [victim, attacker] = [await siege.victimOf(name), await siege.attackerOf(name)];
    const before = await siege.contentsOfVictims();
    const answer = await siege.call(name, input?.(victim, attacker) ?? {}, 'the attacker');
    expect(changed(before, await siege.contentsOfVictims())).not.toEqual([]);
    expect(siege.findingsIn(name, answer)).not.toEqual([]);
  });
});

describe('a planted fault is found:', () => {
  test('a mutation nobody has said how to attack with, and an entry of one that went', () => {
    const table: Record<string, Attempt> = { userSuspend: { kind: 'aimed', by: {}, touches: {} } };
    expect(unlistedMutations(['userSuspend', 'userShoeSizeChange'], table)).toEqual(['userShoeSizeChange']);
    expect(unlistedMutations([], table)).toEqual(['userSuspend']);
  });
});
