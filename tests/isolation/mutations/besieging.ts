import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestGraphOptions } from '../../harness/graph.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import { testDatabase } from '../../harness/testDatabase.ts';
import { attempts } from './attempts.ts';
import { namesOfNobody } from './names.ts';
import type { Siege } from './siege.ts';
import { changed, laySiege } from './siege.ts';

const listed = Object.entries(attempts);
const aimed = listed.flatMap(([name, attempt]) => (attempt.kind === 'aimed' ? [[name, attempt] as const] : []));
const others = listed.flatMap(([name, attempt]) => (attempt.kind === 'aimed' ? [] : [[name, attempt.why, attempt] as const]));

/** Lets an administrator of one tenant try every mutation at another, in a build of the graph. */
export function besiege(build: string, options: (databaseUrl: string) => TestGraphOptions): void {
  describe(`an administrator of one tenant against another, in the graph ${build},`, () => {
    let database: TestDatabase;
    let siege: Siege;

    beforeAll(async () => {
      database = await testDatabase('migrated');
      siege = await laySiege(database, options(database.url));
    });
    afterAll(async () => {
      await siege.graph.stop();
      await database.drop();
    });

    test.each(aimed)('is answered by %s as if nobody and nothing were there, and changes nothing there', async (name, { by, touches }) => {
      const [victim, attacker] = [await siege.victimOf(name), await siege.attackerOf(name)];
      const touched: string[] = [];
      for (const [way, input] of Object.entries(by)) {
        const before = await siege.contentsOfVictims();
        const answer = await siege.call(name, input(victim, attacker), 'the attacker');
        touched.push(...changed(before, await siege.contentsOfVictims()));
        expect(siege.findingsIn(name, answer), way).toEqual([]);
        expect(answer.body, way).not.toContain('INTERNAL');
        expect(answer, way).toEqual(await siege.call(name, input(namesOfNobody(), attacker), 'the attacker'));
      }
      expect([...new Set(touched)].toSorted()).toEqual(Object.keys(touches).toSorted());
    });

    test.each(others)('changes and learns nothing there by %s: %s', async (name, _why, attempt) => {
      const attacker = await siege.attackerOf(name);
      const before = await siege.contentsOfVictims();
      const input = attempt.kind === 'on oneself' ? attempt.input(attacker) : attempt.input(await siege.victimOf(name), attacker);
      const answer = await siege.call(name, input, 'the attacker');
      expect(changed(before, await siege.contentsOfVictims())).toEqual(Object.keys(attempt.touches).toSorted());
      const isRepeated = (seen: string): boolean => attempt.kind === 'by anybody' && attempt.repeats !== undefined && JSON.stringify(input).includes(seen);
      expect(siege.findingsIn(name, answer).filter(({ seen }) => !isRepeated(seen))).toEqual([]);
      expect(answer.body).not.toContain('INTERNAL');
    });

    // Last, for it changes what it is aimed at.
    test.each(aimed.filter(([, { sameForTheirOwn }]) => sameForTheirOwn === undefined))('is not what %s answers an administrator of that tenant: the call finds its mark', async (name, { by }) => {
      const victim = await siege.victimOf(name);
      for (const [way, input] of Object.entries(by)) {
        const before = await siege.contentsOfVictims();
        const toTheirOwn = await siege.call(name, input(victim, victim), 'their own administrator');
        expect(toTheirOwn.body, way).not.toBe((await siege.call(name, input(namesOfNobody(), victim), 'their own administrator')).body);
        if (JSON.parse(toTheirOwn.body).data[name]?.errors.length === 0) expect(changed(before, await siege.contentsOfVictims()), way).not.toEqual([]);
      }
    });
  });
}
