import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { TenantSettings } from '@kith/kernel/tenantSettings.ts';
import { letsIn } from '@kith/kernel/tenantSettings.ts';

/** Where a person may act, and by which rules. */
export interface Membership {
  readonly tenantId: TenantId;
  readonly slug: string;
  readonly role: Role;
  readonly settings: TenantSettings;
}

/** An account as signing in sees it. */
export interface Account {
  readonly userId: UserId;
  readonly status: 'PENDING_VERIFICATION' | 'ACTIVE' | 'SUSPENDED' | 'BANNED' | 'DELETED';
  readonly platformAdministrator: boolean;
  /** Where the person may act, the tenant joined first in front. */
  readonly memberships: readonly Membership[];
}

/** Why a sign-in fails, as the login history keeps it. */
export type LoginFailure =
  | 'UNKNOWN_LOGIN'
  | 'WRONG_PASSWORD'
  | 'ACCOUNT_SUSPENDED'
  | 'ACCOUNT_BANNED'
  | 'ACCOUNT_DELETED'
  | 'TENANT_UNKNOWN'
  | 'ACCOUNT_LOCKED'
  | 'WRONG_CODE'
  | 'ADDRESS_NOT_ALLOWED';

/** What a sign-in comes to: a tenant to act in (or none at all), or a failure. */
export type SignInDecision =
  | { readonly failure: LoginFailure }
  | { readonly failure: null; readonly account: Account; readonly tenantId: TenantId | null; readonly role: Role | null };

/** What is found out about who knocks: whether the password is right, whether the account is locked although nobody was told, and from where they do. */
export interface Findings {
  readonly passwordMatches: boolean;
  readonly locked: boolean;
  readonly address: string | null;
}

/**
 * Decides a sign-in. Only whoever knows the password learns how the account stands: until then every failure
 * must look the same. A tenant that is named has to let the address in; where none is, it is the first that does, or none at all.
 */
export function decideSignIn(account: Account | null, { passwordMatches, locked, address }: Findings, tenantSlug: string | null): SignInDecision {
  if (account === null) return { failure: 'UNKNOWN_LOGIN' };
  if (!passwordMatches) return { failure: 'WRONG_PASSWORD' };
  if (locked) return { failure: 'ACCOUNT_LOCKED' };
  const failure = failureOfStatus(account.status);
  if (failure !== null) return { failure };
  const membership = tenantSlug === null ? account.memberships.find(({ settings }) => letsIn(settings, address)) : membershipIn(account, tenantSlug);
  if (membership === undefined && tenantSlug !== null) return { failure: 'TENANT_UNKNOWN' };
  if (membership !== undefined && !letsIn(membership.settings, address)) return { failure: 'ADDRESS_NOT_ALLOWED' };
  return { failure: null, account, tenantId: membership?.tenantId ?? null, role: membership?.role ?? null };
}

/** A person's membership in the tenant of a name, however it is written. */
export function membershipIn({ memberships }: Pick<Account, 'memberships'>, tenantSlug: string): Membership | undefined {
  const canonical = tenantSlug.trim().toLowerCase();
  return memberships.find(({ slug }) => slug === canonical);
}

/** Why an account of this status cannot be signed in to. Null when it can. */
export function failureOfStatus(status: Account['status']): LoginFailure | null {
  switch (status) {
    case 'DELETED':
      return 'ACCOUNT_DELETED';
    case 'BANNED':
      return 'ACCOUNT_BANNED';
    case 'SUSPENDED':
      return 'ACCOUNT_SUSPENDED';
    case 'ACTIVE':
    case 'PENDING_VERIFICATION':
      return null;
  }
}
