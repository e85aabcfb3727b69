import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { roles } from '@kith/kernel/role.ts';
import type { Account } from '@kith/sessions/domain/signInDecision.ts';
import { decideSignIn } from '@kith/sessions/domain/signInDecision.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const slugs = ['sparkle', 'atlas', 'quill'];
const accounts: fc.Arbitrary<Account> = fc.record({
  userId: fc.uuid().map((id) => id as UserId), // a UUID like any person's
  status: fc.constantFrom('PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED'),
  platformAdministrator: fc.boolean(),
  memberships: fc.subarray(slugs).chain((joined) =>
    fc.tuple(...joined.map((slug) => fc.record({ tenantId: fc.uuid().map((id) => id as TenantId), slug: fc.constant(slug), role: fc.constantFrom(...roles) }))), // a UUID like any tenant's
  ),
});
const wished = fc.option(fc.constantFrom(...slugs, 'nowhere', ' ATLAS '));

test('whoever does not know the password learns nothing but that', () => {
  fc.assert(
    fc.property(accounts, fc.boolean(), wished, (account, locked, slug) => {
      expect(decideSignIn(account, { passwordMatches: false, locked }, slug)).toEqual({ failure: 'WRONG_PASSWORD' });
    }),
  );
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), wished, (passwordMatches, locked, slug) => {
      expect(decideSignIn(null, { passwordMatches, locked }, slug)).toEqual({ failure: 'UNKNOWN_LOGIN' });
    }),
  );
});

test('only people in good standing, or about to be, get in', () => {
  fc.assert(
    fc.property(accounts, wished, (account, slug) => {
      const { failure } = decideSignIn(account, { passwordMatches: true, locked: false }, slug);
      const stopped = { DELETED: 'ACCOUNT_DELETED', BANNED: 'ACCOUNT_BANNED', SUSPENDED: 'ACCOUNT_SUSPENDED', ACTIVE: null, PENDING_VERIFICATION: null }[account.status];
      if (stopped === null) expect([null, 'TENANT_UNKNOWN']).toContain(failure);
      else expect(failure).toBe(stopped);
    }),
  );
});

test('one gets in to a tenant one belongs to, in the role one has there, the one joined first without a wish', () => {
  fc.assert(
    fc.property(accounts, wished, (account, slug) => {
      fc.pre(account.status === 'ACTIVE');
      const decision = decideSignIn(account, { passwordMatches: true, locked: false }, slug);
      const meant = account.memberships.find((membership) => slug === null || membership.slug === slug.trim().toLowerCase());
      if (meant === undefined && slug !== null) expect(decision).toEqual({ failure: 'TENANT_UNKNOWN' });
      else expect(decision).toEqual({ failure: null, account, tenantId: meant?.tenantId ?? null, role: meant?.role ?? null });
    }),
  );
});
