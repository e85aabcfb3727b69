import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';

/** An account as signing in sees it. */
export interface Account {
  readonly userId: UserId;
  readonly status: 'PENDING_VERIFICATION' | 'ACTIVE' | 'SUSPENDED' | 'BANNED' | 'DELETED';
  readonly platformAdministrator: boolean;
  /** Where the person may act, the tenant joined first in front. */
  readonly memberships: readonly { readonly tenantId: TenantId; readonly slug: string; readonly role: Role }[];
}

/** Why a sign-in fails, as the login history keeps it. */
export type LoginFailure = 'UNKNOWN_LOGIN' | 'WRONG_PASSWORD' | 'ACCOUNT_SUSPENDED' | 'ACCOUNT_BANNED' | 'ACCOUNT_DELETED' | 'TENANT_UNKNOWN' | 'ACCOUNT_LOCKED' | 'WRONG_CODE';

/** What a sign-in comes to: a tenant to act in (or none at all), or a failure. */
export type SignInDecision =
  | { readonly failure: LoginFailure }
  | { readonly failure: null; readonly account: Account; readonly tenantId: TenantId | null; readonly role: Role | null };

/** What is found out about who knocks: whether the password is right, and whether the account is locked although nobody was told. */
export interface Findings {
  readonly passwordMatches: boolean;
  readonly locked: boolean;
}

/**
 * Decides a sign-in. Only whoever knows the password learns how the account stands: until then every failure
 * must look the same.
 */
export function decideSignIn(account: Account | null, { passwordMatches, locked }: Findings, tenantSlug: string | null): SignInDecision {
  if (account === null) return { failure: 'UNKNOWN_LOGIN' };
  if (!passwordMatches) return { failure: 'WRONG_PASSWORD' };
  if (locked) return { failure: 'ACCOUNT_LOCKED' };
  const failure = failureOfStatus(account.status);
  if (failure !== null) return { failure };
  const membership = account.memberships.find(({ slug }) => tenantSlug === null || slug === tenantSlug.trim().toLowerCase());
  if (membership === undefined && tenantSlug !== null) return { failure: 'TENANT_UNKNOWN' };
  return { failure: null, account, tenantId: membership?.tenantId ?? null, role: membership?.role ?? null };
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
