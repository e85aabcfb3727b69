import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { roles } from '@kith/kernel/role.ts';
import { defaultTenantSettings } from '@kith/kernel/tenantSettings.ts';
import type { Account } from '@kith/sessions/domain/signInDecision.ts';
import { decideSignIn } from '@kith/sessions/domain/signInDecision.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const [inside, outside] = ['192.0.2.7', '198.51.100.7'];
const settings = fc.constantFrom<string[]>([], ['192.0.2.0/24']).map((allowedIpRanges) => ({ ...defaultTenantSettings, allowedIpRanges }));
const slugs = ['sparkle', 'atlas', 'quill'];
const accounts: fc.Arbitrary<Account> = fc.record({
  userId: fc.uuid().map((id) => id as UserId), // a UUID like any person's
  status: fc.constantFrom('PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED'),
  platformAdministrator: fc.boolean(),
  memberships: fc.subarray(slugs).chain((joined) =>
    fc.tuple(...joined.map((slug) => fc.record({ tenantId: fc.uuid().map((id) => id as TenantId), slug: fc.constant(slug), role: fc.constantFrom(...roles), settings }))), // a UUID like any tenant's
  ),
});
const wished = fc.option(fc.constantFrom(...slugs, 'nowhere', ' ATLAS '));

test('whoever does not know the password learns nothing but that', () => {
  fc.assert(
    fc.property(accounts, fc.boolean(), wished, (account, locked, slug) => {
      expect(decideSignIn(account, { passwordMatches: false, locked, address: outside }, slug)).toEqual({ failure: 'WRONG_PASSWORD' });
    }),
  );
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), wished, (passwordMatches, locked, slug) => {
      expect(decideSignIn(null, { passwordMatches, locked, address: inside }, slug)).toEqual({ failure: 'UNKNOWN_LOGIN' });
    }),
  );
});

test('only people in good standing, or about to be, get in', () => {
  fc.assert(
    fc.property(accounts, wished, (account, slug) => {
      const { failure } = decideSignIn(account, { passwordMatches: true, locked: false, address: inside }, slug);
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
      const decision = decideSignIn(account, { passwordMatches: true, locked: false, address: inside }, slug);
      const meant = account.memberships.find((membership) => slug === null || membership.slug === slug.trim().toLowerCase());
      if (meant === undefined && slug !== null) expect(decision).toEqual({ failure: 'TENANT_UNKNOWN' });
      else expect(decision).toEqual({ failure: null, account, tenantId: meant?.tenantId ?? null, role: meant?.role ?? null });
    }),
  );
});

test('from outside one gets in to no tenant that does not allow it: a wish is refused, and without one it is the first that lets one in', () => {
  fc.assert(
    fc.property(accounts, wished, (account, slug) => {
      fc.pre(account.status === 'ACTIVE');
      const decision = decideSignIn(account, { passwordMatches: true, locked: false, address: outside }, slug);
      const open = account.memberships.filter((membership) => membership.settings.allowedIpRanges.length === 0);
      const meant = account.memberships.find((membership) => membership.slug === slug?.trim().toLowerCase());
      if (slug === null) expect(decision).toMatchObject({ failure: null, tenantId: open[0]?.tenantId ?? null });
      else if (meant === undefined) expect(decision).toEqual({ failure: 'TENANT_UNKNOWN' });
      else expect(decision.failure).toBe(open.includes(meant) ? null : 'ADDRESS_NOT_ALLOWED');
    }),
  );
});
