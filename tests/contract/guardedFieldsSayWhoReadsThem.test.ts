import { audienceSentence, findUntoldAudiences } from '@kith/schema/guards/audiences.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

const found = (field: string): string[] => messagesOf(findUntoldAudiences([aSubgraph(`type Planted { ${field} }`)]));

test('a guarded field whose description ends with who reads it is in order', () => {
  expect(found('"A secret. Read by the person themselves and the tenant\'s administrators." secret: Int @audience(who: [SELF, TENANT_ADMINS])')).toEqual([]);
  expect(found('"A secret." secret: Int')).toEqual([]);
});

test.each([
  ['says nothing of it', '"A secret." secret: Int @audience(who: [SELF])', 'is guarded: its description has to end with "Read by the person themselves."'],
  ['names somebody else', '"A secret. Read by the person themselves." secret: Int @audience(who: [TENANT_ADMINS])', 'is guarded: its description has to end with "Read by the tenant\'s administrators."'],
  ['names too many', '"A secret. Read by the person themselves and the tenant\'s administrators." secret: Int @audience(who: [SELF])', 'is guarded: its description has to end with "Read by the person themselves."'],
  ['has none', 'secret: Int @audience(who: [SELF])', 'is guarded: its description has to end with "Read by the person themselves."'],
  ['promises a guard that is not there', '"A secret. Read by the person themselves." secret: Int', 'says who reads it, but no `@audience` sees to it.'],
])('a field whose description %s is found', (_, field, fault) => {
  expect(found(field)).toEqual([`Planted.secret ${fault}`]);
});

test('groups are named in one order, however the directive has them', () => {
  expect(audienceSentence(['PLATFORM_ADMINISTRATORS', 'SELF'])).toBe("Read by the person themselves and the platform's administrators.");
});
