import { enforceAudiences } from '@kith/kernel/audience.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Policy, Subject } from '@kith/kernel/policy.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import { buildSchema, graphql } from 'graphql';
import { describe, expect, test } from 'vitest';

const sdl = `
  directive @audience(who: [Audience!]!) on FIELD_DEFINITION
  enum Audience { SELF TENANT_ADMINS }
  type Query { person: Person }
  type Person {
    open: String
    own: String @audience(who: [SELF])
    both: String @audience(who: [SELF, TENANT_ADMINS])
    computed: String @audience(who: [SELF])
  }`;
const person = { id: 'ada', open: 'open', own: 'own', both: 'both', computed: () => 'computed' };
const viewer = (userId: string, role: 'ADMIN' | 'USER'): Viewer => ({ kind: 'person', userId: userId as UserId, sessionId: 's' as SessionId, tenantId: 't' as TenantId, role, platformAdministrator: false }); // ids are of no matter here
const policy: Policy = { acts: {}, fields: { 'Person.own': ['SELF'], 'Person.both': ['SELF', 'TENANT_ADMINS'], 'Person.computed': ['SELF'] } };
const subjectOf = (_viewer: Viewer, _type: string, about: { id: UserId }): Subject => ({ userId: about.id, inActiveTenant: true });

async function seenBy(who: Viewer, guarded: boolean): Promise<unknown> {
  const schema = buildSchema(sdl);
  if (guarded) enforceAudiences(schema, policy, subjectOf);
  const { data } = await graphql({ schema, source: '{ person { open own both computed } }', rootValue: { person }, contextValue: { viewer: who } });
  return data?.['person'];
}

describe('a field with an audience', () => {
  test.each<[string, Viewer, Record<string, string | null>]>([
    ['the person', viewer('ada', 'USER'), { open: 'open', own: 'own', both: 'both', computed: 'computed' }],
    ['an administrator', viewer('grace', 'ADMIN'), { open: 'open', own: null, both: 'both', computed: null }],
    ['somebody else', viewer('linus', 'USER'), { open: 'open', own: null, both: null, computed: null }],
    ['nobody', anonymous, { open: 'open', own: null, both: null, computed: null }],
  ])('shows %s what is for them and null for the rest', async (_, who, seen) => {
    expect(await seenBy(who, true)).toEqual(seen);
  });

  test('shows everybody everything where the SDL is not enforced: it is the guard that hides it', async () => {
    expect(await seenBy(anonymous, false)).toEqual({ open: 'open', own: 'own', both: 'both', computed: 'computed' });
  });

  test.each<[string, Policy['fields'], string]>([
    ['guards a field more', { ...policy.fields, 'Person.open': ['SELF'] }, 'Person.open'],
    ['guards a field less', { 'Person.own': ['SELF'], 'Person.computed': ['SELF'] }, 'Person.both'],
    ['opens a field to others', { ...policy.fields, 'Person.own': ['TENANT_ADMINS'] }, 'Person.own'],
  ])('is refused at start where the policy %s than the SDL', (_, fields, coordinate) => {
    expect(() => enforceAudiences(buildSchema(sdl), { acts: {}, fields }, subjectOf)).toThrow(coordinate);
  });
});
